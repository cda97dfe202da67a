// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entries sorted by address, and a search for everything that has one.

#include "linker/passes/check_entry_bytes.h"

#include <algorithm>

#include <fmt/format.h>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

namespace {

class EntrySearch {
public:
  explicit EntrySearch(std::vector<EntryBytes> entries)
      : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(),
              [](const EntryBytes &a, const EntryBytes &b) {
                return a.start < b.start;
              });
  }

  // The entry whose overwritten bytes hold `address`, not as their first.
  const EntryBytes *find_inside(uint64_t address) const {
    auto after = std::upper_bound(
        entries_.begin(), entries_.end(), address,
        [](uint64_t a, const EntryBytes &entry) { return a < entry.start; });
    if (after == entries_.begin())
      return nullptr;
    const EntryBytes &entry = *std::prev(after);
    bool is_inside = address > entry.start && address < entry.jump_end;
    return is_inside ? &entry : nullptr;
  }

private:
  std::vector<EntryBytes> entries_;
};

// Names that mark what the bytes are (`$x`, AArch64) lead nowhere.
bool is_place(const Symbol &symbol) {
  bool may_be_code = symbol.type == STT_NOTYPE || symbol.type == STT_FUNC ||
                     symbol.type == STT_GNU_IFUNC;
  return may_be_code && !symbol.is_undefined() &&
         symbol.section < SHN_LORESERVE && !symbol.name.empty() &&
         !symbol.name.starts_with('$');
}

Error leads_inside(const EntryBytes &entry, uint64_t address, std::string what,
                   Allowances &allowed) {
  if (allowed.permits("kpatch-entry-target", entry.name))
    return {};
  return refused("kpatch-entry-target",
                 fmt::format("'{}': {} {} bytes behind its entry, where the "
                             "jump to its replacement ends (it takes {} bytes)",
                             entry.name, what, address - entry.start,
                             entry.jump_end - entry.start))
      .note("change the callers of the function instead, or that code")
      .note(allow_hint("kpatch-entry-target", entry.name));
}

Error check_names(const std::vector<Symbol> &symbols, const EntrySearch &search,
                  Allowances &allowed) {
  for (const Symbol &symbol : symbols) {
    const EntryBytes *entry =
        is_place(symbol) ? search.find_inside(symbol.value) : nullptr;
    // Padding behind a short function ends where the next one begins.
    if (!entry || symbol.value >= entry->end)
      continue;
    if (Error error = leads_inside(
            *entry, symbol.value, fmt::format("'{}' is", symbol.name), allowed))
      return error;
  }
  return {};
}

Error check_branches(const Section &section,
                     std::span<const Relocation> relocations,
                     const Architecture &arch, const EntrySearch &search,
                     Allowances &allowed) {
  for (const Relocation &branch : relocations) {
    RelocationMeaning meaning = arch.describe(branch.type);
    uint64_t offset = branch.address - section.address;
    bool is_branch = meaning.kind == ReferenceKind::Branch ||
                     (meaning.kind == ReferenceKind::PcRelative &&
                      arch.is_branch_field(section.bytes, offset));
    if (!is_branch || offset + meaning.size_bytes > section.bytes.size())
      continue;
    std::optional<uint64_t> value = arch.decode(
        branch.type, section.bytes.subspan(offset, meaning.size_bytes),
        branch.address);
    if (!value)
      continue;
    uint64_t target = *value + arch.branch_base;
    const EntryBytes *entry = search.find_inside(target);
    bool is_own =
        entry && branch.address >= entry->start && branch.address < entry->end;
    if (!entry || is_own)
      continue;
    std::string what = fmt::format("a branch at {:#x} (section '{}') goes",
                                   branch.address, section.name);
    if (Error error = leads_inside(*entry, target, std::move(what), allowed))
      return error;
  }
  return {};
}

} // namespace

Error check_entry_bytes(const Object &object, const Architecture &arch,
                        std::vector<EntryBytes> entries, Allowances &allowed) {
  EntrySearch search(std::move(entries));
  if (Error error = check_names(object.symbols, search, allowed))
    return error;
  for (const Section &section : object.sections) {
    auto relocations = object.relocations.find(object.index_of(section));
    if (!section.is_executable() || section.is_patch() ||
        relocations == object.relocations.end())
      continue;
    if (Error error =
            check_branches(section, relocations->second, arch, search, allowed))
      return error;
  }
  return {};
}

} // namespace care::linker
