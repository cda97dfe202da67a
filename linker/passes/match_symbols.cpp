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

// The code of the C library's start files has functions without a size: they
// end where the next begins. 0: no function follows.
static uint64_t size_of(const Object &object, const Symbol &function) {
  uint64_t end = 0;
  for (const Symbol &symbol : object.symbols)
    if (symbol.type == STT_FUNC && symbol.section == function.section &&
        symbol.value > function.value && (end == 0 || symbol.value < end))
      end = symbol.value;
  return end == 0 ? 0 : end - function.value;
}

// The symbols of a section that bound a range; null where not unique.
static std::map<Identity, const Symbol *> ranges_of(const Object &object,
                                                    uint32_t section) {
  std::map<Identity, const Symbol *> found;
  for (const Symbol &symbol : object.symbols) {
    if (symbol.section != section ||
        (symbol.type != STT_FUNC && symbol.type != STT_OBJECT &&
         symbol.type != STT_GNU_IFUNC))
      continue;
    uint64_t size_bytes = symbol.size_bytes;
    if (size_bytes == 0 && symbol.type == STT_FUNC)
      size_bytes = size_of(object, symbol);
    if (size_bytes == 0)
      continue;
    std::string_view name = symbol.name;
    if (symbol.binding == STB_LOCAL) // one that is global now (the differ)
      name = name.substr(0, name.find(".kpatchref."));
    Identity identity{name, symbol.file, symbol.type, size_bytes};
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
                                std::get<3>(identity), original_section};
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
