// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A slot's meaning is its dynamic relocation; without one (static programs,
// packed relative relocations) the 8 bytes in the file are its value. A PLT
// entry's meaning is the slot that its first indirect jump reads.

#include "linker/places.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

bool is_linker_made(const Section &section) {
  static constexpr std::array<std::string_view, 14> prefixes = {
      ".plt",  ".iplt",  ".got",      ".igot",   ".dyn",  ".gnu.", ".rela.",
      ".rel.", ".relr.", ".eh_frame", ".interp", ".hash", ".note", ".sframe",
  };
  return section.type == llvm::ELF::SHT_NOTE ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view p) {
           return section.name.starts_with(p);
         });
}

bool is_linker_defined(std::string_view name) {
  static constexpr std::array<std::string_view, 24> names = {
      "_end",
      "end",
      "_edata",
      "edata",
      "_etext",
      "etext",
      "__etext",
      "__bss_start",
      "__bss_start__",
      "__bss_end__",
      "_bss_end__",
      "__end__",
      "__ehdr_start",
      "__executable_start",
      "_GLOBAL_OFFSET_TABLE_",
      "_PROCEDURE_LINKAGE_TABLE_",
      "_DYNAMIC",
      "__FRAME_END__",
      "__EH_FRAME_BEGIN__",
      "__GNU_EH_FRAME_HDR",
      "__rela_iplt_start",
      "__rela_iplt_end",
      "_TLS_MODULE_BASE_",
      "__dso_handle",
  };
  return std::find(names.begin(), names.end(), name) != names.end();
}

static bool is_section_named(const Section *section,
                             std::initializer_list<std::string_view> prefixes) {
  return section && std::any_of(prefixes.begin(), prefixes.end(),
                                [&](std::string_view prefix) {
                                  return section->name.starts_with(prefix);
                                });
}

std::span<const uint8_t> Places::bytes_at(uint64_t address) const {
  const Section *section = object_.find_section_at(address);
  if (!section || section->bytes.empty())
    return {};
  return section->bytes.subspan(address - section->address);
}

std::optional<Slot> Places::read_pointer(uint64_t address) const {
  auto found = object_.dynamic_relocations.find(address);
  if (found != object_.dynamic_relocations.end()) {
    const DynamicRelocation &dynamic = found->second;
    Slot slot;
    slot.kind = arch_.describe_dynamic(dynamic.type);
    if (dynamic.symbol != 0)
      slot.symbol = &object_.dynamic_symbols[dynamic.symbol];
    slot.address = static_cast<uint64_t>(dynamic.addend);
    return slot;
  }
  std::span<const uint8_t> bytes = bytes_at(address);
  if (bytes.size() < 8)
    return std::nullopt;
  Slot slot;
  memcpy(&slot.address, bytes.data(), 8);
  return slot;
}

std::optional<Slot> Places::find_got_slot(uint64_t address) const {
  if (!is_section_named(object_.find_section_at(address), {".got", ".igot"}))
    return std::nullopt;
  return read_pointer(address);
}

std::optional<Slot> Places::find_plt_slot(uint64_t address) const {
  if (!is_section_named(object_.find_section_at(address), {".plt", ".iplt"}))
    return std::nullopt;
  std::optional<uint64_t> slot = arch_.plt_slot(bytes_at(address), address);
  if (!slot)
    return std::nullopt;
  return read_pointer(*slot);
}

uint64_t Places::base_address() const {
  uint64_t lowest = ~uint64_t{0};
  for (const Segment &segment : object_.segments)
    if (segment.type == llvm::ELF::PT_LOAD)
      lowest = std::min(lowest, segment.address);
  return lowest;
}

} // namespace care::linker
