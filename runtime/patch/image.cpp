// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fills in the image: section contents, GOT slots, far stubs, relocations.

#include "runtime/patch/image.h"

#include "runtime/patch/arch/relocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <elf.h>

namespace care::runtime {

namespace {

// One run of relocating: the patch, where everything is, and the bytes.
template <Arch A> struct Relocator {
  using R = Relocations<A>;

  const PatchFile &patch;
  const ImageLayout &layout;
  const Placement &placement;

  // Address of a section of the patch. Those that do not go to the target
  // (names) have their offsets as addresses.
  uint64_t section_address(size_t section) const {
    const std::optional<uint64_t> &offset = layout.section_offsets[section];
    return offset ? placement.base + *offset : 0;
  }

  uint64_t symbol_address(uint32_t index) const {
    const PatchSymbol &symbol = patch.symbols()[index];
    if (symbol.is_import() || symbol.type == STT_GNU_IFUNC)
      return placement.symbols[index].address;
    if (symbol.section == SHN_ABS)
      return symbol.value;
    const PatchSection &section = patch.sections()[symbol.section];
    if (section.is_of_patch())
      return section_address(symbol.section) + symbol.value;
    return placement.load_bias + section.address + symbol.value;
  }

  uint64_t slot_address(SymbolUse use, uint32_t symbol) const {
    return placement.base + layout.slots.at({use, symbol});
  }

  // What S is for this use. `field_address` decides about far stubs.
  uint64_t value_for(SymbolUse use, const PatchRelocation &entry,
                     uint64_t field_address) const {
    switch (use) {
    case SymbolUse::Nothing:
      return 0;
    case SymbolUse::Address:
      return symbol_address(entry.symbol);
    case SymbolUse::Branch:
      return branch_target(entry.symbol, field_address);
    case SymbolUse::GotSlot:
    case SymbolUse::GotTlsSlot:
    case SymbolUse::TlsPair:
      return slot_address(use, entry.symbol);
    case SymbolUse::TlsModule:
      return slot_address(use, 0);
    case SymbolUse::TlsOffset:
      return placement.symbols[entry.symbol].tls_offset;
    }
    return 0;
  }

  uint64_t branch_target(uint32_t symbol, uint64_t field_address) const {
    uint64_t target = symbol_address(symbol);
    auto stub = layout.far_stubs.find(symbol);
    if (stub == layout.far_stubs.end())
      return target;
    // A little inside the limits: the field is not the start of the jump.
    bool is_near = A::is_in_jump_range(field_address, target + 64) &&
                   A::is_in_jump_range(field_address, target - 64);
    return is_near ? target : placement.base + stub->second;
  }

  Error relocate(const PatchRelocations &table, std::span<uint8_t> bytes,
                 uint64_t address) const {
    const PatchSection &section = patch.sections()[table.section];
    for (const PatchRelocation &entry : table.entries) {
      const RelocationKind *kind = R::find_kind(entry.type);
      SymbolUse use = kind->use;
      if (R::is_branch_field(entry.type, section.content.first(entry.offset)))
        use = SymbolUse::Branch;
      uint64_t place = address + entry.offset;
      uint64_t value = value_for(use, entry, place);
      RelocationField field{bytes, entry.offset, place};
      RelocationStatus status =
          R::apply(entry.type, field, value, entry.addend);
      if (status != RelocationStatus::Applied)
        return relocation_error(section, entry, *kind, status, value);
    }
    return {};
  }

  Error relocation_error(const PatchSection &section,
                         const PatchRelocation &entry,
                         const RelocationKind &kind, RelocationStatus status,
                         uint64_t value) const {
    std::string where =
        fmt::format("'{}': section '{}': {} at offset 0x{:x} against {}",
                    patch.path(), section.name, kind.name, entry.offset,
                    patch.describe_symbol(entry.symbol));
    if (status == RelocationStatus::Outside)
      return format_error(fmt::format("{}: the field is past the end of the "
                                      "section (size 0x{:x})",
                                      where, section.content.size()))
          .with_code("kpatch-format");
    return refused(
               "kpatch-out-of-range",
               fmt::format("{}: address 0x{:x} is out of reach", where, value))
        .note("the patch refers directly to something that another object "
              "defines; build it with the tools of this version, which load "
              "such addresses from a table");
  }

  void fill_slots(std::span<uint8_t> image) const {
    auto put = [&](uint64_t offset, uint64_t value) {
      memcpy(image.data() + offset, &value, sizeof value);
    };
    for (const auto &[key, offset] : layout.slots) {
      auto [use, symbol] = key;
      const SymbolValue &value = placement.symbols[symbol];
      if (use == SymbolUse::GotSlot) {
        put(offset, symbol_address(symbol));
      } else if (use == SymbolUse::GotTlsSlot) {
        put(offset, value.tls_tp_offset);
      } else if (use == SymbolUse::TlsPair) {
        put(offset, value.tls_module);
        put(offset + 8, value.tls_offset);
      } else if (use == SymbolUse::TlsModule) {
        put(offset, placement.tls_module);
      }
    }
  }

  Result<std::vector<uint8_t>> build() const {
    std::vector<uint8_t> image(layout.size_bytes);
    for (size_t i = 0; i < patch.sections().size(); ++i) {
      std::span<const uint8_t> content = patch.sections()[i].content;
      if (layout.section_offsets[i] && !content.empty())
        memcpy(image.data() + *layout.section_offsets[i], content.data(),
               content.size());
    }
    fill_slots(image);
    for (const auto &[symbol, offset] : layout.far_stubs)
      A::encode_far_jump(std::span(image).subspan(offset, A::far_jump_size),
                         symbol_address(symbol));
    for (const PatchRelocations &table : patch.relocations()) {
      std::optional<uint64_t> offset = layout.section_offsets[table.section];
      if (!offset)
        continue;
      size_t size = patch.sections()[table.section].content.size();
      std::span<uint8_t> bytes = std::span(image).subspan(*offset, size);
      if (Error error = relocate(table, bytes, placement.base + *offset))
        return error;
    }
    return image;
  }

  // The relocated content of a section that stays here.
  Result<std::vector<uint8_t>> section_content(size_t section) const {
    std::span<const uint8_t> content = patch.sections()[section].content;
    std::vector<uint8_t> bytes(content.begin(), content.end());
    for (const PatchRelocations &table : patch.relocations())
      if (table.section == section)
        if (Error error = relocate(table, bytes, 0))
          return error;
    return bytes;
  }
};

} // namespace

Result<std::vector<uint8_t>> build_image(const PatchFile &patch,
                                         const ImageLayout &layout,
                                         const Placement &placement) {
  return visit_arch(patch.machine(),
                    [&]<Arch A>() -> Result<std::vector<uint8_t>> {
                      return Relocator<A>{patch, layout, placement}.build();
                    });
}

Result<std::vector<uint8_t>> relocate_section(const PatchFile &patch,
                                              const ImageLayout &layout,
                                              const Placement &placement,
                                              size_t section) {
  return visit_arch(
      patch.machine(), [&]<Arch A>() -> Result<std::vector<uint8_t>> {
        return Relocator<A>{patch, layout, placement}.section_content(section);
      });
}

} // namespace care::runtime
