// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A symbol with a version names its library. One without does not; but if the
// patched binary names a library that the original does not, and no versioned
// symbol explains it, then it is there for the sake of a symbol that is new.

#include "linker/passes/check_libraries.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static Error new_library(std::string_view symbol, std::string_view library) {
  return refused("kpatch-new-library",
                 fmt::format("the patch uses '{}' of '{}', which the original "
                             "does not load",
                             symbol, library))
      .note("if the processes have loaded it all the same, through another "
            "library, give libcare-link --loaded=" +
            std::string(library));
}

Error check_libraries(const Object &original, const Object &patched,
                      const PatchObject &patch,
                      const std::vector<std::string> &loaded) {
  std::set<std::string_view> added(patched.needed.begin(),
                                   patched.needed.end());
  for (std::string_view library : original.needed)
    added.erase(library);
  for (const std::string &library : loaded)
    added.erase(library);
  // The C++ library needs it itself; a binary of C++ names it only once there
  // is something to do when an exception passes.
  if (std::find(original.needed.begin(), original.needed.end(),
                "libstdc++.so.6") != original.needed.end())
    added.erase("libgcc_s.so.1");
  if (added.empty())
    return {};

  std::set<std::string> imports;
  for (const PatchSymbol &symbol : patch.symbols)
    if (symbol.section == PatchSymbol::undefined && !symbol.name.empty() &&
        symbol.binding != STB_WEAK)
      imports.insert(symbol.name);
  const Symbol *unexplained = nullptr;
  std::set<std::string_view> open = added;
  for (const Symbol &symbol : patched.dynamic_symbols) {
    if (!symbol.is_undefined() || symbol.name.empty())
      continue;
    open.erase(symbol.library);
    if (!imports.contains(symbol.identity()))
      continue;
    if (added.contains(symbol.library))
      return new_library(symbol.name, symbol.library);
    auto is_it = [&](const Symbol &known) { return known.name == symbol.name; };
    if (symbol.library.empty() &&
        std::none_of(original.dynamic_symbols.begin(),
                     original.dynamic_symbols.end(), is_it))
      unexplained = &symbol;
  }
  if (unexplained && !open.empty())
    return new_library(unexplained->name, *open.begin());
  return {};
}

} // namespace care::linker
