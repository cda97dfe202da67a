// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A unit that defines for the first time what another one has defined has it
// among what is new. If the other unit is still in the link, that is a multiple
// definition; if it is gone (a file that was renamed, say), nothing shows. What
// is not in the patch would go on with the original's, without the change, and
// there would be two of each variable.
//
// Inline functions and the like may be in several units: twin.h is about them.

#include "linker/passes/check_moved.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

// Has the object one definition of it, whatever units it is made of? Hidden
// symbols are local ones in a linked binary, in GNU ld's behind a nameless
// file; those of C++ may have been weak.
static bool is_sole_definition(const Object &object, const Symbol &symbol) {
  bool is_marked =
      symbol.visibility == STV_HIDDEN || symbol.visibility == STV_INTERNAL;
  bool is_hidden = symbol.binding == STB_LOCAL &&
                   (is_marked || symbol.file.empty()) &&
                   !symbol.name.starts_with("_Z");
  bool is_kind = symbol.type == STT_FUNC || symbol.type == STT_OBJECT;
  return is_kind && !symbol.name.empty() &&
         (symbol.binding == STB_GLOBAL || is_hidden) &&
         object.find_section_of(symbol);
}

// A version may be known from the dynamic symbols only.
static bool is_same_name(const Symbol &a, const Symbol &b) {
  return a.name == b.name && a.type == b.type &&
         (a.version == b.version || a.version.empty() || b.version.empty());
}

Error check_moved(const Object &original, const Object &patched) {
  std::multimap<std::string_view, const Symbol *> known;
  for (const auto *table : {&original.symbols, &original.dynamic_symbols})
    for (const Symbol &symbol : *table)
      if (is_sole_definition(original, symbol))
        known.emplace(symbol.name, &symbol);
  for (const Symbol &symbol : patched.symbols) {
    if (!is_sole_definition(patched, symbol) ||
        !patched.find_section_of(symbol)->is_patch())
      continue;
    auto [first, last] = known.equal_range(symbol.name);
    bool is_known = std::any_of(first, last, [&](const auto &entry) {
      return is_same_name(*entry.second, symbol);
    });
    if (!is_known)
      continue;
    return refused(
               "kpatch-moved",
               fmt::format("{} '{}' is new in the patch, but '{}' has it: "
                           "it moved to another file, and its file is not "
                           "in the patched link",
                           symbol.type == STT_FUNC ? "function" : "variable",
                           symbol.name, original.base_name()))
        .note("leave it in its file, and the file in the link; a file that was "
              "renamed keeps its name for a live patch");
  }
  return {};
}

} // namespace care::linker
