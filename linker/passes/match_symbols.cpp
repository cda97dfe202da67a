// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matches by identity only; whether the contents are equal is the prover's
// question. A name that occurs twice in either binary (two static functions in
// files of one name) matches nothing: what refers to it is then refused.

#include "linker/passes/match_symbols.h"

#include <map>
#include <tuple>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

using Identity =
    std::tuple<std::string_view, std::string_view, uint8_t, uint64_t>;

// The functions that run at the start and end are the compiler's own, and their
// symbols have no size.
static bool is_start_code(const Symbol &symbol) {
  return symbol.type == STT_FUNC && symbol.binding == STB_LOCAL &&
         symbol.file == "crtstuff.c";
}

// The symbols of a section that bound a range; null where not unique.
static std::map<Identity, const Symbol *> ranges_of(const Object &object,
                                                    uint32_t section) {
  std::map<Identity, const Symbol *> found;
  for (const Symbol &symbol : object.symbols) {
    bool has_range = symbol.section == section &&
                     (symbol.size_bytes != 0 || is_start_code(symbol)) &&
                     (symbol.type == STT_FUNC || symbol.type == STT_OBJECT ||
                      symbol.type == STT_GNU_IFUNC);
    if (!has_range)
      continue;
    Identity identity{symbol.name, symbol.file, symbol.type, symbol.size_bytes};
    auto [place, is_new] = found.try_emplace(identity, &symbol);
    bool is_same = place->second && place->second->value == symbol.value;
    if (!is_new && !is_same)
      place->second = nullptr;
  }
  return found;
}

std::vector<Correspondence::Range> match_symbols(const Object &original,
                                                 uint32_t original_section,
                                                 const Object &patched,
                                                 uint32_t patched_section) {
  std::map<Identity, const Symbol *> known =
      ranges_of(original, original_section);
  std::map<uint64_t, Correspondence::Range> matched;
  for (const auto &[identity, symbol] : ranges_of(patched, patched_section)) {
    auto same = known.find(identity);
    if (!symbol || same == known.end() || !same->second)
      continue;
    Correspondence::Range range{symbol->value, same->second->value,
                                symbol->size_bytes, original_section};
    // Aliases: the longest name of a place decides.
    auto [place, is_new] = matched.try_emplace(symbol->value, range);
    if (!is_new && place->second.size_bytes < range.size_bytes)
      place->second = range;
  }
  std::vector<Correspondence::Range> list;
  for (const auto &[address, range] : matched)
    list.push_back(range);
  return list;
}

} // namespace care::linker
