// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bytes of all parts are read in one go. Where a patch of ours is applied
// already, memory holds its jump; the journal has the original bytes, and they
// are put back into the copy before it is compared.

#include "runtime/patch/original_code.h"

#include "common/arch/arch.h"
#include "runtime/patch/arch/relocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace care::runtime {

namespace {

// The most that is looked at behind a function that is too short for a jump.
constexpr uint32_t entry_bytes_max = 32;

struct PartCopy {
  const ReplacedFunction *function;
  const OriginalPart *part;
  std::vector<uint8_t> bytes; // an entry has at least entry_bytes_max
};

// The file of an object, by address. Used only if the patch has no bytes.
class ObjectFile {
public:
  ObjectFile(pid_t pid, const LoadedObject &object) : object_(object) {
    Result<MappedFile> file = open_object_file(pid, object);
    // The file may be gone or unreadable; then there is nothing to compare.
    if (file)
      file_.emplace(std::move(*file));
  }

  std::span<const uint8_t> find(uint64_t address, uint64_t size) const {
    if (!file_)
      return {};
    uint64_t vaddr = address - object_.load_bias;
    for (const Elf64_Phdr &segment : object_.program_headers) {
      bool is_inside = segment.p_type == PT_LOAD && vaddr >= segment.p_vaddr &&
                       vaddr - segment.p_vaddr + size <= segment.p_filesz;
      uint64_t offset = vaddr - segment.p_vaddr + segment.p_offset;
      if (is_inside && offset + size <= file_->bytes().size())
        return file_->bytes().subspan(offset, size);
    }
    return {};
  }

private:
  const LoadedObject &object_;
  std::optional<MappedFile> file_;
};

Error bytes_differ(const PartCopy &copy, std::span<const uint8_t> expected) {
  auto [actual, wanted] = std::mismatch(
      copy.bytes.begin(), copy.bytes.begin() + long(expected.size()),
      expected.begin());
  auto offset = static_cast<size_t>(wanted - expected.begin());
  size_t count = std::min<size_t>(8, expected.size() - offset);
  return refused("kpatch-site-differs",
                 fmt::format("function '{}': the code at 0x{:x} is not what "
                             "the patch was made for (actual {:02x}, "
                             "expected {:02x})",
                             copy.function->name, copy.part->address + offset,
                             fmt::join(std::span(&*actual, count), " "),
                             fmt::join(expected.subspan(offset, count), " ")))
      .note("something else has changed this code (another live patch tool, a "
            "probe); take that off first");
}

Error read_parts(const Target &target, std::vector<PartCopy> &copies) {
  std::vector<MemoryRead> reads;
  for (PartCopy &copy : copies)
    reads.push_back({RemoteAddress(copy.part->address), copy.bytes});
  Error all = target.memory().read(reads);
  if (!all)
    return {};
  // An entry at the very end of its mapping has nothing behind it.
  for (PartCopy &copy : copies) {
    size_t count = target.memory().read_some(RemoteAddress(copy.part->address),
                                             copy.bytes);
    if (count < copy.part->length || count == 0)
      return std::move(all).in(
          fmt::format("function '{}'", copy.function->name));
    copy.bytes.resize(count);
  }
  return {};
}

// Jumps that are on: address -> site of the newest applied patch.
std::map<uint64_t, const JournalSite *> applied_sites(const Target &target) {
  std::map<uint64_t, const JournalSite *> sites;
  for (const PatchRegion &region : target.regions())
    if (region.journal.state == PatchState::Applied)
      for (const JournalSite &site : region.journal.sites)
        sites[site.address] = &site;
  return sites;
}

void put_back_originals(const std::map<uint64_t, const JournalSite *> &applied,
                        PartCopy &copy) {
  uint64_t start = copy.part->address;
  auto site = applied.lower_bound(start);
  for (; site != applied.end(); ++site) {
    uint64_t offset = site->first - start;
    uint32_t size = site->second->jump_size;
    if (offset >= copy.bytes.size() || size > copy.bytes.size() - offset)
      return;
    if (memcmp(copy.bytes.data() + offset, site->second->jump.data(), size) ==
        0)
      memcpy(copy.bytes.data() + offset, site->second->original.data(), size);
  }
}

Error too_short(const ReplacedFunction &function, uint64_t room,
                uint64_t needed) {
  return refused("kpatch-too-short",
                 fmt::format("function '{}' has {} bytes, and what follows is "
                             "no padding: no room for a jump ({} bytes)",
                             function.name, room, needed))
      .note("build the program with -falign-functions=16, or replace its "
            "callers");
}

// Where the jump goes, and what it overwrites.
template <Arch A> Error add_site(const PartCopy &copy, PlannedPatch &planned) {
  const ReplacedFunction &function = *copy.function;
  std::span<const uint8_t> code = copy.bytes;
  size_t skip = A::entry_skip(code);
  size_t needed = skip + A::jump_size;
  uint32_t length = copy.part->length;
  if (code.size() < needed ||
      (length < needed &&
       !Relocations<A>::is_padding(code.subspan(length, needed - length))))
    return too_short(function, length, needed);

  Journal &journal = planned.journal;
  auto index = static_cast<uint32_t>(journal.sites.size());
  JournalSite site{.name = function.name,
                   .address = function.original_address + skip,
                   .function = function.original_address,
                   .replacement = function.replacement_offset,
                   .jump_size = A::jump_size,
                   .original = {},
                   .jump = {},
                   .may_be_active = function.may_be_active,
                   .entry_is_target = false};
  memcpy(site.original.data(), code.data() + skip, A::jump_size);
  journal.sites.push_back(std::move(site));
  for (const OriginalPart &part : function.parts)
    journal.ranges.push_back({part.address, part.length, index, false});
  journal.ranges.push_back(
      {function.replacement_offset, function.replacement_length, index, true});
  for (const auto &[offset, size] : function.replacement_parts)
    journal.ranges.push_back({offset, size, index, true});
  return {};
}

// Which functions could come back to a byte inside of their jump.
void find_entry_targets(std::span<const PartCopy> copies, uint16_t machine,
                        Journal &journal) {
  std::map<uint64_t, JournalSite *> sites;
  for (JournalSite &site : journal.sites)
    sites.emplace(site.function, &site);
  for (const PartCopy &copy : copies) {
    auto found = sites.find(copy.function->original_address);
    if (found == sites.end())
      continue;
    JournalSite &site = *found->second;
    std::span<const uint8_t> code =
        std::span(copy.bytes)
            .first(std::min<size_t>(copy.part->length, copy.bytes.size()));
    // The start of the jump itself is a fine place to come back to.
    Error ignored = visit_arch(machine, [&]<Arch A>() -> Error {
      site.entry_is_target |= Relocations<A>::may_branch_into(
          code, copy.part->address, site.address + 1,
          site.address + site.jump_size);
      return {};
    });
  }
}

} // namespace

Error check_original_code(const Target &target, PlannedPatch &planned) {
  std::vector<PartCopy> copies;
  for (const ReplacedFunction &function : planned.functions) {
    for (const OriginalPart &part : function.parts) {
      if (!planned.object->range.contains(RemoteAddress(part.address)))
        return format_error(fmt::format("function '{}': its address 0x{:x} is "
                                        "outside of '{}'",
                                        function.name, part.address,
                                        planned.object->name()))
            .with_code("kpatch-format");
      uint32_t size =
          part.is_entry ? std::max(part.length, entry_bytes_max) : part.length;
      copies.push_back({&function, &part, std::vector<uint8_t>(size)});
    }
  }
  if (Error error = read_parts(target, copies))
    return error;

  std::map<uint64_t, const JournalSite *> applied = applied_sites(target);
  std::optional<ObjectFile> file;
  for (PartCopy &copy : copies) {
    put_back_originals(applied, copy);
    std::span<const uint8_t> expected = copy.part->bytes;
    if (expected.empty()) {
      if (!file)
        file.emplace(target.pid(), *planned.object);
      expected = file->find(copy.part->address, copy.part->length);
    }
    if (!std::equal(expected.begin(), expected.end(), copy.bytes.begin()))
      return bytes_differ(copy, expected);
    if (!copy.part->is_entry)
      continue;
    if (Error error =
            visit_arch(planned.file->machine(), [&]<Arch A>() -> Error {
              return add_site<A>(copy, planned);
            }))
      return error;
  }
  find_entry_targets(copies, planned.file->machine(), planned.journal);
  return {};
}

} // namespace care::runtime
