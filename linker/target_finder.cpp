// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A place of the patched binary is in a section that went into the patch, or it
// is one that the proof found in the original.

#include "linker/target_finder.h"

#include <algorithm>
#include <fmt/format.h>

#include "common/patch_format.h"
#include "linker/twin.h"

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

std::string plain_name(const Symbol &symbol) {
  std::string_view name = symbol.name;
  return std::string(name.substr(0, name.find(".kpatchref.")));
}

void TargetFinder::add_placed(uint32_t patched_section, uint32_t section) {
  placed_[patched_section] = section;
}

std::optional<uint32_t> TargetFinder::find_placed(uint32_t section) const {
  auto found = placed_.find(section);
  return found == placed_.end() ? std::nullopt : std::optional(found->second);
}

// The end of one function is the start of the next, which the original may not
// have: then the end is not what is meant.
const Correspondence::Range *TargetFinder::find_range(uint32_t section,
                                                      uint64_t address) const {
  const Correspondence::Range *range = ranges_.find(section, address);
  if (!range || ranges_.original_section(section) || range->size_bytes == 0 ||
      address != range->patched_address + range->size_bytes)
    return range;
  for (const Symbol &symbol : patched_.object().symbols)
    if (symbol.section == section && symbol.value == address &&
        symbol.type != STT_SECTION && symbol.type != STT_FILE &&
        !symbol.name.empty() && !symbol.name.starts_with('$') &&
        !is_linker_defined(symbol.name))
      return nullptr;
  return range;
}

std::optional<uint64_t>
TargetFinder::original_address(uint64_t address, const Symbol *symbol) const {
  const Object &object = patched_.object();
  const Section *section = object.find_section_at(address, symbol);
  if (!section)
    return std::nullopt;
  const Correspondence::Range *range =
      find_range(object.index_of(*section), address);
  if (!range)
    return std::nullopt;
  return address - range->patched_address + range->original_address;
}

std::optional<Target> TargetFinder::find_target(uint64_t address,
                                                const Symbol *symbol,
                                                bool is_called) {
  const Object &object = patched_.object();
  const Section *section = object.find_section_at(address, symbol);
  if (!section)
    return std::nullopt;
  uint32_t index = object.index_of(*section);
  auto own = placed_.find(index);
  // What refers to a place inside of a function goes there as a call does: the
  // code of another copy may be laid out in another way.
  bool is_inside = symbol && address != symbol->value;
  if (own != placed_.end() && symbol)
    if (const Symbol *twin =
            find_programs_own(*section, *symbol, is_called || is_inside)) {
      if (twin->size_bytes != symbol->size_bytes && twin->type == STT_OBJECT)
        return std::nullopt;
      return original_place(twin->section,
                            twin->value + address - symbol->value);
    }
  if (own != placed_.end())
    return Target{out_.section_symbol(own->second),
                  static_cast<int64_t>(address - section->address)};
  if (auto function = left_out_.find(address); function != left_out_.end())
    return find_target(function->second);
  const Correspondence::Range *range = find_range(index, address);
  if (!range)
    return symbol && symbol->name == "__dso_handle" ? find_handle()
                                                    : std::nullopt;
  uint64_t place = address - range->patched_address + range->original_address;
  return original_place(range->original_section, place);
}

// Of __dso_handle only the address counts, which tells the C library the object
// that holds it. A program may have been linked without (--gc-sections); if it
// is not position-independent, its start files do not use it, and any address
// in it is as good.
std::optional<Target> TargetFinder::find_handle() {
  const Object &object = original_.object();
  if (object.e_type != ET_EXEC)
    return std::nullopt;
  for (const Section &section : object.sections)
    if (section.is_allocated() && section.is_executable())
      return original_place(object.index_of(section), section.address);
  return std::nullopt;
}

Target TargetFinder::original_place(uint32_t section, uint64_t address) {
  uint64_t start = original_.object().sections[section].address;
  uint32_t stand_in = out_.original_section(original_.object(), section);
  return {out_.section_symbol(stand_in), static_cast<int64_t>(address - start)};
}

// Is what is in it written while the program runs?
static bool is_variable(const Section &section) {
  return (section.flags & SHF_WRITE) && section.name != section::relro;
}

// Do both have the same bytes, none of which the linker or the dynamic linker
// filled in?
static bool is_same_constant(const Places &original, const Symbol &twin,
                             const Places &patched, const Symbol &symbol) {
  const auto &all = patched.object().relocations;
  if (auto found = all.find(symbol.section); found != all.end()) {
    auto first = std::lower_bound(
        found->second.begin(), found->second.end(), symbol.value,
        [](const Relocation &r, uint64_t value) { return r.address < value; });
    if (first != found->second.end() &&
        first->address < symbol.value + symbol.size_bytes)
      return false;
  }
  std::span<const uint8_t> ours = patched.bytes_at(symbol.value);
  std::span<const uint8_t> theirs = original.bytes_at(twin.value);
  size_t size = symbol.size_bytes;
  return twin.size_bytes == size && ours.size() >= size &&
         theirs.size() >= size &&
         std::equal(ours.begin(), ours.begin() + static_cast<int64_t>(size),
                    theirs.begin());
}

// What the program has under the name of something of the patch, and what has
// to stay one: variables, and whatever is told apart by its address. A call may
// go to the patch's copy of the code. Null: nothing.
const Symbol *TargetFinder::find_programs_own(const Section &section,
                                              const Symbol &symbol,
                                              bool is_called) const {
  bool is_code = symbol.type == STT_FUNC;
  if (is_code && is_called)
    return nullptr;
  const Symbol *twin = find_twin(original_.object(), patched_.object(), symbol);
  if (!twin || is_code || is_variable(section))
    return twin;
  return is_same_constant(original_, *twin, patched_, symbol) ? twin : nullptr;
}

// All objects of the process have the one that the dynamic linker chose, by
// name.
bool TargetFinder::is_exported_already(const Section &section,
                                       const Symbol &symbol) const {
  const std::vector<Symbol> &known = original_.object().dynamic_symbols;
  bool is_exported =
      std::any_of(known.begin(), known.end(), [&](const Symbol &s) {
        return s.name == symbol.name && s.binding != STB_LOCAL &&
               s.type == symbol.type && !s.is_undefined();
      });
  return is_exported &&
         (is_variable(section) || find_programs_own(section, symbol, false));
}

Target TargetFinder::import(const Symbol &symbol) {
  // What is new in the patch has a dynamic symbol in the patched binary, but
  // no object of a running process has it: its only place is here.
  const Section *section = patched_.object().find_section_of(symbol);
  if (section && placed_.contains(patched_.object().index_of(*section)) &&
      !is_exported_already(*section, symbol))
    if (std::optional<Target> own = find_target(symbol.value, &symbol))
      return {place_symbol(*own, symbol), 0};
  PatchSymbol import;
  import.name = symbol.identity();
  import.type = symbol.type == STT_GNU_IFUNC ? uint8_t{STT_FUNC} : symbol.type;
  import.binding =
      symbol.binding == STB_WEAK ? uint8_t{STB_WEAK} : uint8_t{STB_GLOBAL};
  return {out_.add_symbol(import), 0};
}

std::optional<Target> TargetFinder::find_ifunc(uint64_t address) {
  std::optional<Target> place = find_target(address);
  if (!place)
    return std::nullopt;
  PatchSymbol symbol;
  symbol.type = STT_GNU_IFUNC;
  symbol.section = out_.symbols[place->symbol].section;
  symbol.value = static_cast<uint64_t>(place->addend);
  symbol.name = fmt::format("ifunc.{:x}", symbol.value);
  for (const Symbol &known : patched_.object().symbols)
    if (known.type == STT_GNU_IFUNC && known.value == address)
      symbol.name = known.name;
  return Target{out_.add_symbol(symbol), 0};
}

std::optional<Target> TargetFinder::find_canonical_plt(const Symbol &symbol) {
  const Object &object = original_.object();
  for (const Symbol &own : object.dynamic_symbols) {
    bool is_it = own.is_undefined() && own.value != 0 &&
                 own.name == symbol.name && own.version == symbol.version;
    const Section *plt = is_it ? object.find_section_at(own.value) : nullptr;
    if (!plt)
      continue;
    uint32_t stand_in = out_.original_section(object, object.index_of(*plt));
    return Target{out_.section_symbol(stand_in),
                  static_cast<int64_t>(own.value - plt->address)};
  }
  return std::nullopt;
}

std::optional<Target> TargetFinder::find_address(uint64_t address) {
  std::optional<Slot> stub = patched_.find_plt_slot(address);
  if (stub && stub->symbol)
    return find_canonical_plt(*stub->symbol);
  return find_target(address);
}

uint32_t TargetFinder::place_symbol(const Target &target, const Symbol &like) {
  PatchSymbol symbol;
  symbol.section = out_.symbols[target.symbol].section;
  symbol.value = static_cast<uint64_t>(target.addend);
  symbol.type = like.type == STT_FUNC ? uint8_t{STT_FUNC} : uint8_t{STT_OBJECT};
  symbol.name = plain_name(like);
  if (symbol.name.empty())
    symbol.name = fmt::format("place.{:x}", symbol.value);
  return out_.add_symbol(symbol);
}

} // namespace care::linker
