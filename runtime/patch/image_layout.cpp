// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where each section, GOT slot and far stub of a patch goes.
//
// All relocations are looked at once: they say which slots exist and which
// symbols may need a far stub. A stub is reserved for every branch to an
// import, since only the process can tell how far away it is.

#include "runtime/patch/image.h"

#include "runtime/patch/arch/relocations.h"

#include <fmt/format.h>

#include <elf.h>
#include <sys/mman.h>

namespace care::runtime {

static uint64_t align_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

// A section that becomes memory of the target. The records are read here and
// stay here.
static bool goes_to_target(const PatchSection &section) {
  return section.is_of_patch() && (section.flags & SHF_ALLOC) != 0 &&
         section.name != section::info && section.name != section::strtab &&
         section.name != section::sites && section.name != section::original &&
         section.name != section::parts;
}

enum class Group { Text, ReadOnly, Data, Bss };

static Group group_of(const PatchSection &section) {
  if ((section.flags & SHF_EXECINSTR) != 0)
    return Group::Text;
  bool is_relro = section.name.starts_with(section::relro);
  if ((section.flags & SHF_WRITE) == 0 || is_relro)
    return Group::ReadOnly;
  return section.type == SHT_NOBITS ? Group::Bss : Group::Data;
}

// Visits every relocation that changes bytes of the target or of the records.
template <typename R, typename Visitor>
static Error for_each_relocation(const PatchFile &patch, Visitor visit) {
  for (const PatchRelocations &table : patch.relocations()) {
    const PatchSection &section = patch.sections()[table.section];
    for (const PatchRelocation &entry : table.entries) {
      const RelocationKind *kind = R::find_kind(entry.type);
      if (kind == nullptr)
        return refused("kpatch-relocation",
                       fmt::format("'{}': section '{}': relocation type {} at "
                                   "offset 0x{:x} against {} is not supported",
                                   patch.path(), section.name, entry.type,
                                   entry.offset,
                                   patch.describe_symbol(entry.symbol)))
            .note("make the patch again with the tools of this version");
      SymbolUse use = kind->use;
      if (R::is_branch_field(entry.type, section.content.first(entry.offset)))
        use = SymbolUse::Branch;
      visit(table.section, entry, use);
    }
  }
  return {};
}

static uint64_t slot_count(SymbolUse use) {
  switch (use) {
  case SymbolUse::GotSlot:
  case SymbolUse::GotTlsSlot:
    return 1;
  case SymbolUse::TlsPair:
  case SymbolUse::TlsModule:
    return 2;
  default:
    return 0;
  }
}

static bool may_be_far(const PatchSymbol &symbol) {
  return symbol.is_import() || symbol.type == STT_GNU_IFUNC ||
         symbol.section == SHN_ABS;
}

// Larger is no patch, but a damaged file.
static constexpr uint64_t region_size_max = uint64_t{256} << 20;

static Error check_sections(const PatchFile &patch, uint64_t page_size) {
  uint64_t total = 0;
  for (const PatchSection &section : patch.sections()) {
    if (!goes_to_target(section))
      continue;
    total += section.size_bytes;
    if (section.alignment > page_size)
      return refused("kpatch-alignment",
                     fmt::format("'{}': section '{}': alignment 0x{:x} is more "
                                 "than a page (0x{:x})",
                                 patch.path(), section.name, section.alignment,
                                 page_size))
          .note("give new variables a smaller alignment");
  }
  if (total > region_size_max)
    return format_error(fmt::format("'{}': the patch needs {} MiB of memory "
                                    "(at most {})",
                                    patch.path(), total >> 20,
                                    region_size_max >> 20))
        .with_code("kpatch-format");
  return {};
}

namespace {

// Goes from the start of the region to its end; `offset_` is how far it is.
template <Arch A> class LayoutPlanner {
public:
  LayoutPlanner(const PatchFile &patch, uint64_t journal_size)
      : patch_(patch), journal_size_(journal_size) {}

  Result<ImageLayout> run() {
    if (Error error = check_sections(patch_, A::page_size))
      return error;
    if (Error error = find_slots_and_stubs())
      return error;
    layout_.page_size = A::page_size;
    layout_.section_offsets.resize(patch_.sections().size());
    place_header();
    place_text();
    place_read_only();
    place_data();
    layout_.size_bytes = offset_;
    return std::move(layout_);
  }

private:
  Error find_slots_and_stubs() {
    return for_each_relocation<Relocations<A>>(
        patch_, [&](size_t, const PatchRelocation &entry, SymbolUse use) {
          bool is_far = use == SymbolUse::Branch &&
                        may_be_far(patch_.symbols()[entry.symbol]);
          if (is_far)
            layout_.far_stubs.emplace(entry.symbol, 0);
          if (slot_count(use) == 0)
            return;
          uint32_t symbol = use == SymbolUse::TlsModule ? 0 : entry.symbol;
          if (layout_.slots.try_emplace({use, symbol}, 0).second)
            wanted_slots_.emplace_back(use, symbol);
        });
  }

  void place_header() {
    layout_.journal_offset = align_up(sizeof(PatchHeader), 8);
    offset_ = layout_.journal_offset + journal_size_;
    layout_.header = end_segment(0, PROT_READ);
  }

  void place_text() {
    uint64_t start = offset_;
    place_group(Group::Text);
    for (auto &[symbol, stub] : layout_.far_stubs) {
      offset_ = align_up(offset_, 16);
      stub = offset_;
      offset_ += A::far_jump_size;
    }
    layout_.text_size_bytes = offset_ - start;
    layout_.text = end_segment(start, PROT_READ | PROT_EXEC);
  }

  void place_read_only() {
    uint64_t start = offset_;
    place_group(Group::ReadOnly);
    layout_.got_offset = offset_ = align_up(offset_, 8);
    for (const auto &key : wanted_slots_) {
      layout_.slots[key] = offset_;
      offset_ += 8 * slot_count(key.first);
    }
    layout_.rodata = end_segment(start, PROT_READ);
  }

  void place_data() {
    uint64_t start = offset_;
    place_group(Group::Data);
    if (layout_.eh_frame_offset) {
      layout_.unwinder_storage_offset = offset_ = align_up(offset_, 16);
      offset_ += unwinder_storage_size;
    }
    place_group(Group::Bss);
    layout_.data = end_segment(start, PROT_READ | PROT_WRITE);
  }

  // The sections of one group, one after the other.
  void place_group(Group group) {
    const std::vector<PatchSection> &sections = patch_.sections();
    for (size_t i = 1; i < sections.size(); ++i) {
      const PatchSection &section = sections[i];
      if (!goes_to_target(section) || group_of(section) != group)
        continue;
      offset_ = align_up(offset_, section.alignment);
      layout_.section_offsets[i] = offset_;
      if (section.name == section::eh_frame && section.size_bytes > 4)
        layout_.eh_frame_offset = offset_;
      offset_ += section.size_bytes;
    }
  }

  ImageSegment end_segment(uint64_t start, int protection) {
    offset_ = align_up(offset_, A::page_size);
    return {start, offset_ - start, protection};
  }

  const PatchFile &patch_;
  uint64_t journal_size_;
  uint64_t offset_ = 0;
  std::vector<std::pair<SymbolUse, uint32_t>>
      wanted_slots_; // in first-use order
  ImageLayout layout_;
};

} // namespace

Result<ImageLayout> plan_layout(const PatchFile &patch, uint64_t journal_size) {
  return visit_arch(patch.machine(), [&]<Arch A>() -> Result<ImageLayout> {
    return LayoutPlanner<A>(patch, journal_size).run();
  });
}

std::vector<uint32_t> find_symbol_uses(const PatchFile &patch) {
  std::vector<uint32_t> uses(patch.symbols().size());
  // Unknown types were refused by plan_layout(); what can be found is found.
  Error ignored = visit_arch(patch.machine(), [&]<Arch A>() -> Error {
    return for_each_relocation<Relocations<A>>(
        patch, [&](size_t, const PatchRelocation &entry, SymbolUse use) {
          uses[entry.symbol] |= use_bit(use);
        });
  });
  return uses;
}

bool takes_code_address(const PatchFile &patch) {
  bool takes = false;
  // As above: unknown types cannot occur any more.
  Error ignored = visit_arch(patch.machine(), [&]<Arch A>() -> Error {
    return for_each_relocation<Relocations<A>>(
        patch, [&](size_t index, const PatchRelocation &entry, SymbolUse use) {
          const PatchSection &place = patch.sections()[index];
          const PatchSymbol &symbol = patch.symbols()[entry.symbol];
          bool is_taken =
              use == SymbolUse::Address || use == SymbolUse::GotSlot;
          // Unwind tables hold addresses for the unwinder only.
          if (!is_taken || !goes_to_target(place) ||
              place.name == section::eh_frame ||
              place.name == section::except_table ||
              symbol.section >= patch.sections().size())
            return;
          const PatchSection &target = patch.sections()[symbol.section];
          takes |= target.is_of_patch() && (target.flags & SHF_EXECINSTR) != 0;
        });
  });
  return takes;
}

bool needs_low_address(const PatchFile &patch) {
  bool needs = false;
  // As above: unknown types cannot occur any more.
  Error ignored = visit_arch(patch.machine(), [&]<Arch A>() -> Error {
    if constexpr (std::is_same_v<A, X86_64>) {
      return for_each_relocation<X86_64Relocations>(
          patch, [&](size_t, const PatchRelocation &entry, SymbolUse) {
            bool is_32_bit = entry.type == X86_64Relocations::Abs32 ||
                             entry.type == X86_64Relocations::Abs32S;
            const PatchSymbol &symbol = patch.symbols()[entry.symbol];
            if (is_32_bit && symbol.section < patch.sections().size() &&
                patch.sections()[symbol.section].is_of_patch())
              needs = true;
          });
    }
    return {};
  });
  return needs;
}

} // namespace care::runtime
