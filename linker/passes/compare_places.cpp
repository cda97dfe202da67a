// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fields themselves are the truth: what the linker wrote is decoded in both
// binaries, and the relocation that it kept only tells the kind of the field,
// the symbol and the addend. That way it does not matter whether a call was
// bound directly or through a PLT entry; it must be the same in both.

#include "linker/passes/compare_places.h"

#include <algorithm>
#include <cstring>

#include "linker/twin.h"

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

// Slots may hold addresses of PLT entries, which read slots.
static constexpr int deepest_chain = 4;

// A weak import gets a version only if something else needs the library that
// has it, and the patch may be the first to do so.
static bool is_same_import(const Symbol &patched, const Symbol &original) {
  bool is_same_version = patched.version == original.version ||
                         patched.version.empty() || original.version.empty();
  return patched.name == original.name && is_same_version;
}

bool PlaceComparison::is_same_slot(const std::optional<Slot> &patched,
                                   const std::optional<Slot> &original,
                                   const Symbol *symbol, int depth) const {
  if (!patched || !original || depth > deepest_chain ||
      patched->kind != original->kind)
    return false;
  if (patched->symbol || original->symbol)
    return patched->symbol && original->symbol &&
           is_same_import(*patched->symbol, *original->symbol) &&
           patched->address == original->address;
  switch (patched->kind) {
  case DynamicKind::Relative:
  case DynamicKind::Ifunc:
    return is_same_place(patched->address, original->address, symbol,
                         depth + 1);
  default:
    return patched->address == original->address;
  }
}

// Places of a section that something refers to, or that have a name, in order.
const std::vector<uint64_t> &
PlaceComparison::starts_in(const Section &section) const {
  uint32_t index = patched_.object().index_of(section);
  auto [known, is_new] = starts_.try_emplace(index);
  std::vector<uint64_t> &starts = known->second;
  if (!is_new)
    return starts;
  const Object &object = patched_.object();
  for (const Symbol &symbol : object.symbols)
    if (symbol.section == index)
      starts.push_back(symbol.value);
  for (const auto &[from, references] : object.relocations)
    for (const Relocation &reference : references) {
      const Symbol &symbol = object.symbols[reference.symbol];
      if (symbol.section != index)
        continue;
      bool is_absolute =
          arch_.describe(reference.type).kind == ReferenceKind::Absolute;
      starts.push_back(symbol.value + static_cast<uint64_t>(reference.addend) +
                       (is_absolute ? 0 : 4));
    }
  std::sort(starts.begin(), starts.end());
  return starts;
}

// How many bytes from `address` on belong together: up to the next place that
// something refers to.
uint64_t PlaceComparison::size_at(const Section &section,
                                  uint64_t address) const {
  const std::vector<uint64_t> &starts = starts_in(section);
  auto next = std::upper_bound(starts.begin(), starts.end(), address);
  uint64_t end = section.address + section.size_bytes;
  return (next == starts.end() ? end : std::min(*next, end)) - address;
}

// A table of a switch holds the distances of code from its start, or addresses.
bool PlaceComparison::is_same_table(const Section &section, uint64_t patched,
                                    uint64_t original) const {
  const Object &object = patched_.object();
  auto found = object.relocations.find(object.index_of(section));
  if (found == object.relocations.end())
    return false;
  auto entry =
      std::lower_bound(found->second.begin(), found->second.end(), patched,
                       [](const Relocation &r, uint64_t address) {
                         return r.address < address;
                       });
  uint64_t offset = 0, size = size_at(section, patched);
  for (; offset < size; ++entry) {
    if (entry == found->second.end() || entry->address != patched + offset)
      return offset > 0;
    bool is_distance = arch_.describe(entry->type).size_bytes == 4;
    auto target_of = [&](const Places &places, uint64_t table) {
      std::span<const uint8_t> bytes = places.bytes_at(table + offset);
      int32_t distance = 0;
      uint64_t address = 0;
      if (bytes.size() < (is_distance ? sizeof distance : sizeof address))
        return address;
      if (is_distance)
        memcpy(&distance, bytes.data(), sizeof distance);
      else
        memcpy(&address, bytes.data(), sizeof address);
      return is_distance ? table + static_cast<uint64_t>(int64_t{distance})
                         : address;
    };
    uint64_t target = target_of(patched_, patched);
    const Section *code = object.find_section_at(target);
    if (!code || !code->is_executable() ||
        ranges_.original_address(object.index_of(*code), target) !=
            target_of(original_, original))
      return false;
    offset += is_distance ? 4 : 8;
  }
  return offset > 0;
}

// Literals have no symbols. Where sections do not correspond as a whole, two
// of them are the same if they hold the same bytes up to the next one, and the
// same text, which may be the end of another one. The patch never refers to the
// original's literals.
bool PlaceComparison::is_same_literal(const Section &section, uint64_t patched,
                                      uint64_t original) const {
  const Section *other = original_.object().find_section_at(original);
  bool is_read_only = !(section.flags & llvm::ELF::SHF_WRITE) &&
                      !section.is_executable() && !is_linker_made(section);
  if (!other || other->name != section.name || !is_read_only ||
      section.is_patch())
    return false;
  if (is_same_table(section, patched, original))
    return true;
  std::span<const uint8_t> ours = patched_.bytes_at(patched);
  std::span<const uint8_t> theirs = original_.bytes_at(original);
  size_t text = static_cast<size_t>(std::find(ours.begin(), ours.end(), 0) -
                                    ours.begin());
  size_t length = std::max<uint64_t>(text + 1, size_at(section, patched));
  return ours.size() >= length && theirs.size() >= length &&
         std::equal(ours.begin(), ours.begin() + static_cast<int64_t>(length),
                    theirs.begin());
}

bool PlaceComparison::is_same_place(uint64_t patched, uint64_t original,
                                    const Symbol *symbol, int depth) const {
  const Object &object = patched_.object();
  const Section *section = object.find_section_at(patched, symbol);
  if (section && section->is_patch() && symbol && symbol->value == patched) {
    const Symbol *twin = find_twin(original_.object(), object, *symbol);
    return twin && twin->value == original;
  }
  if (section) {
    std::optional<uint64_t> mapped =
        ranges_.original_address(object.index_of(*section), patched);
    if (mapped && *mapped == original)
      return true;
    if (mapped && !(symbol && is_linker_defined(symbol->name)))
      return false;
  }
  if (patched == 0 || original == 0)
    return patched == original;
  if (section && is_same_literal(*section, patched, original))
    return true;
  std::optional<Slot> stub = patched_.find_plt_slot(patched);
  if (stub &&
      is_same_slot(stub, original_.find_plt_slot(original), symbol, depth + 1))
    return true;
  // GNU ld makes PLT entries without a sensible slot for weak symbols that
  // nobody defines, in static position-independent programs.
  bool is_unresolved = symbol && symbol->is_undefined() &&
                       symbol->binding == llvm::ELF::STB_WEAK;
  if (stub && !is_unresolved)
    return false;
  if (std::optional<Slot> other = original_.find_plt_slot(original))
    if (stub && !other->symbol && other->kind == stub->kind)
      return true; // which of them it is says nothing
  if (symbol && symbol->section == llvm::ELF::SHN_ABS && patched == original)
    return true;
  if (symbol && is_linker_defined(symbol->name))
    return true;
  if (patched == patched_.base_address())
    return original == original_.base_address();
  // A border of something that the linker lays out, as crtbegin.o's start of
  // .eh_frame: the same distance from the section of the same name.
  const Section *other = original_.object().find_section_at(original);
  return section && other && is_linker_made(*section) &&
         section->name == other->name &&
         patched - section->address == original - other->address;
}

// What is meant by a section and an addend. Relative to the next instruction,
// the addend has the bytes in between in it: the field, and an immediate.
bool PlaceComparison::is_same_inside(ReferenceKind kind, uint64_t patched,
                                     uint64_t original) const {
  auto is_same = [&](uint64_t bias) {
    const Object &object = patched_.object();
    const Section *section = object.find_section_at(patched + bias);
    if (!section || is_linker_made(*section))
      return false;
    std::optional<uint64_t> mapped =
        ranges_.original_address(object.index_of(*section), patched + bias);
    if (mapped)
      return *mapped == original + bias;
    bool is_plain = bias == 0 || bias == 4; // no immediate that is guessed at
    return is_plain &&
           is_same_literal(*section, patched + bias, original + bias);
  };
  if (kind == ReferenceKind::Absolute)
    return is_same(0);
  if (kind == ReferenceKind::Branch)
    return is_same(4);
  return kind == ReferenceKind::PcRelative &&
         (is_same(4) || is_same(5) || is_same(6) || is_same(8));
}

// 8 bytes of data may be left to the dynamic linker.
bool PlaceComparison::is_same_pointer(const Relocation &reference,
                                      std::span<const uint8_t> patched_field,
                                      std::span<const uint8_t> original_field,
                                      uint64_t original_place) const {
  auto slot_of = [&](const Places &places, uint64_t place,
                     std::span<const uint8_t> field) {
    Slot slot;
    const auto &dynamic = places.object().dynamic_relocations;
    if (dynamic.contains(place))
      return *places.read_pointer(place);
    slot.address = arch_.decode(reference.type, field, place).value_or(0);
    return slot;
  };
  Slot patched = slot_of(patched_, reference.address, patched_field);
  Slot original = slot_of(original_, original_place, original_field);
  if (patched.symbol || patched.kind != DynamicKind::Relative)
    return is_same_slot(patched, original, nullptr, 0);
  if (original.symbol || original.kind != patched.kind)
    return false;
  auto addend = static_cast<uint64_t>(reference.addend);
  const Symbol &symbol = patched_.object().symbols[reference.symbol];
  if (symbol.type == llvm::ELF::STT_SECTION &&
      is_same_inside(ReferenceKind::Absolute, patched.address,
                     original.address))
    return true;
  return is_same_place(patched.address - addend, original.address - addend,
                       &symbol, 0);
}

// For fields that hold a part of an address only.
bool PlaceComparison::is_same_encoding(const Relocation &reference,
                                       std::span<const uint8_t> original_field,
                                       uint64_t original_place) const {
  const Object &object = patched_.object();
  const Symbol &symbol = object.symbols[reference.symbol];
  const Section *section = object.find_section_of(symbol);
  if (!section)
    return false;
  std::optional<uint64_t> mapped =
      ranges_.original_address(object.index_of(*section), symbol.value);
  if (!mapped)
    return false;
  std::vector<uint8_t> expected(original_field.begin(), original_field.end());
  return arch_.encode(reference.type, expected,
                      *mapped + static_cast<uint64_t>(reference.addend),
                      original_place) &&
         std::equal(expected.begin(), expected.end(), original_field.begin());
}

bool PlaceComparison::is_same_reference(const Relocation &reference,
                                        std::span<const uint8_t> patched_field,
                                        std::span<const uint8_t> original_field,
                                        uint64_t original_place) const {
  RelocationMeaning meaning = arch_.describe(reference.type);
  bool is_constant = meaning.kind == ReferenceKind::TlsConstant ||
                     meaning.kind == ReferenceKind::Unsupported;
  // The offset of a thread-local variable that nobody defines is minus the
  // address of the thread-local segment, and is never used.
  if (is_constant &&
      patched_.object().symbols[reference.symbol].binding ==
          llvm::ELF::STB_WEAK &&
      patched_.object().symbols[reference.symbol].is_undefined())
    return true;
  if (is_constant)
    return std::equal(patched_field.begin(), patched_field.end(),
                      original_field.begin(), original_field.end());
  if (meaning.kind == ReferenceKind::Absolute && meaning.size_bytes == 8)
    return is_same_pointer(reference, patched_field, original_field,
                           original_place);

  std::optional<uint64_t> patched =
      arch_.decode(reference.type, patched_field, reference.address);
  std::optional<uint64_t> original =
      arch_.decode(reference.type, original_field, original_place);
  if (!patched || !original)
    return is_same_encoding(reference, original_field, original_place);
  const Symbol &symbol = patched_.object().symbols[reference.symbol];
  if (symbol.type == llvm::ELF::STT_SECTION &&
      is_same_inside(meaning.kind, *patched, *original))
    return true;
  *patched -= static_cast<uint64_t>(reference.addend);
  *original -= static_cast<uint64_t>(reference.addend);
  switch (meaning.kind) {
  case ReferenceKind::GotSlot:
  case ReferenceKind::TlsGotIe:
  case ReferenceKind::TlsGotGd:
  case ReferenceKind::TlsGotLd:
  case ReferenceKind::TlsGotDesc:
    return is_same_slot(patched_.find_got_slot(*patched),
                        original_.find_got_slot(*original), &symbol, 0);
  default:
    return is_same_place(*patched, *original, &symbol, 0);
  }
}

} // namespace care::linker
