// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names first; then, as static functions of several units may have one name,
// how often it occurs: there must be a replacement for each. GCC gives a method
// that thunks jump to a second name, .LTHUNK0, which link-time optimisation
// makes visible.

#include "linker/passes/check_folding.h"

#include <fmt/format.h>
#include <map>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

namespace {

struct Entry {
  std::string replaced;                // the name in messages
  std::map<std::string, size_t> known; // name: units that have it
};

} // namespace

using Entries = std::map<uint64_t, Entry>; // by address

static Error folded(const Entry &entry, const Symbol &other,
                    Allowances &allowed) {
  if (allowed.permits("kpatch-folded", entry.replaced))
    return {};
  std::string file =
      other.file.empty() ? "" : fmt::format(" of '{}'", other.file);
  return refused("kpatch-folded",
                 fmt::format("'{}': the linker gave '{}'{} the same code in "
                             "the original, which would be replaced as well",
                             entry.replaced, other.name, file))
      .note("change both functions in the same way, or build the original "
            "without --icf (or with --icf=none)")
      .note(allow_hint("kpatch-folded", entry.replaced));
}

static Error check_symbols(const std::vector<Symbol> &symbols,
                           const Entries &entries, Allowances &allowed) {
  std::map<std::pair<uint64_t, std::string_view>, size_t> locals;
  for (const Symbol &symbol : symbols) {
    bool is_function =
        (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC) &&
        symbol.size_bytes != 0 && !symbol.is_undefined() &&
        symbol.name.find(".kpatchref.") == std::string_view::npos &&
        !symbol.name.starts_with(".LTHUNK");
    auto entry = entries.find(symbol.value);
    if (!is_function || entry == entries.end())
      continue;
    auto known = entry->second.known.find(std::string(symbol.name));
    if (known == entry->second.known.end()) {
      if (Error error = folded(entry->second, symbol, allowed))
        return error;
      continue;
    }
    size_t count =
        symbol.binding == STB_LOCAL ? ++locals[{symbol.value, symbol.name}] : 1;
    if (count > known->second)
      if (Error error = folded(entry->second, symbol, allowed))
        return error;
  }
  return {};
}

Error check_folding(const Places &original, const Places &patched,
                    const std::vector<EntryName> &replaced,
                    const std::vector<EntryName> &aliases,
                    Allowances &allowed) {
  Entries in_original, in_patched;
  for (const EntryName &entry : replaced) {
    in_original[entry.original_address].replaced = entry.name;
    in_original[entry.original_address].known[entry.name]++;
    in_patched[entry.patched_address].replaced = entry.name;
    in_patched[entry.patched_address].known[entry.name]++;
  }
  for (const EntryName &alias : aliases) {
    in_original[alias.original_address].known[alias.name]++;
    in_patched[alias.patched_address].known[alias.name]++;
  }
  if (Error error =
          check_symbols(original.object().symbols, in_original, allowed))
    return error;
  if (Error error = check_symbols(original.object().dynamic_symbols,
                                  in_original, allowed))
    return error;
  // A stripped original does not tell.
  return check_symbols(patched.object().symbols, in_patched, allowed);
}

} // namespace care::linker
