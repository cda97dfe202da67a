// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The image is built for an address before that address is asked for, so that
// the borrowed thread waits for system calls only. If the address was taken
// meanwhile (MAP_FIXED_NOREPLACE says so) the next one is tried.
//
// All is mapped readable and executable at once; then each part but the text
// loses what it is not to have. So nothing is writable and executable at any
// time, and no memory becomes executable later, which a process may have
// forbidden (PR_SET_MDWE). The guard page in front is not accessible, so that
// the header always begins a mapping of its own. Only then the image is
// written, as all code is, through /proc/PID/mem.
//
// We may die while a thread is about to make a call for us, and that thread may
// get a processor only after the next libcare-ctl has come. Therefore no such
// call may hurt then. To map does not replace anything. Protection is changed
// before there is a header: without one, nobody unmaps or uses that memory. And
// what is unmapped is marked before; marked memory is not used again, and given
// back only if no thread has its address in a register.

#include "runtime/patch/region_memory.h"

#include "common/arch/arch.h"
#include "runtime/patch/borrow.h"
#include "runtime/patch/switch_code.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/syscall.h>

namespace care::runtime {

namespace {

// What the target maps at one address.
struct RegionImage {
  RemoteAddress base;
  std::vector<uint8_t> bytes; // header and journal included
  PatchRegion region;
};

// Placeholders of the plan become addresses.
void set_addresses(Journal &journal, RemoteAddress base) {
  for (JournalSite &site : journal.sites)
    site.replacement += base.value();
  for (JournalRange &range : journal.ranges)
    if (range.is_replacement)
      range.address += base.value();
  for (JournalExport &symbol : journal.exports)
    symbol.address += base.value();
  if (journal.eh_frame != 0) {
    journal.eh_frame += base.value();
    journal.unwinder_storage += base.value();
  }
}

template <Arch A> Error set_jumps(Journal &journal) {
  for (JournalSite &site : journal.sites)
    if (!A::encode_jump(site.jump, site.address, site.replacement))
      return refused("kpatch-no-room",
                     fmt::format("function '{}': a jump from 0x{:x} does not "
                                 "reach 0x{:x}",
                                 site.name, site.address, site.replacement));
  return {};
}

PatchHeader loaded_header(const PlannedPatch &planned) {
  const ImageLayout &layout = planned.layout;
  PatchHeader header = planned.file->header();
  header.jump_table_offset = static_cast<uint32_t>(layout.got_offset);
  header.loaded_elf_offset = static_cast<uint32_t>(layout.text.offset);
  header.region_size_bytes = layout.size_bytes;
  header.undo_offset = static_cast<uint32_t>(layout.journal_offset);
  header.info_offset = static_cast<uint32_t>(layout.journal_offset);
  return header;
}

Result<RegionImage> make_image(const PlannedPatch &planned,
                               RemoteAddress base) {
  Placement placement = planned.placement;
  placement.base = base.value();
  Result<std::vector<uint8_t>> bytes =
      build_image(*planned.file, planned.layout, placement);
  if (!bytes)
    return bytes.take_error();

  RegionImage image{.base = base, .bytes = std::move(*bytes), .region = {}};
  image.region.base = base;
  image.region.header = loaded_header(planned);
  image.region.journal = planned.journal;
  Journal &journal = image.region.journal;
  journal.state = PatchState::Preparing;
  set_addresses(journal, base);
  if (Error error = visit_arch(planned.file->machine(), [&]<Arch A>() -> Error {
        return set_jumps<A>(journal);
      }))
    return error;

  std::vector<uint8_t> encoded = encode_journal(journal);
  uint64_t offset = planned.layout.journal_offset;
  if (encoded.size() > planned.layout.header.size_bytes - offset)
    return format_error(fmt::format("'{}': section '.kpatch.strtab' is smaller "
                                    "than the names in it",
                                    planned.file->path()))
        .with_code("kpatch-format");
  memcpy(image.bytes.data(), &image.region.header, sizeof(PatchHeader));
  memcpy(image.bytes.data() + offset, encoded.data(), encoded.size());
  return image;
}

// System calls of the target that end in an Error with a name.
struct RemoteCalls {
  BorrowedThread &thread;

  Error protect(RemoteAddress start, uint64_t size, int protection) {
    if (size == 0)
      return {};
    Result<uint64_t> result = thread.system_call(
        SYS_mprotect,
        {start.value(), size, static_cast<uint64_t>(protection), 0, 0, 0});
    return result ? Error() : result.take_error().in("mprotect in the target");
  }
  Error unmap(const AddressRange &range) {
    Result<uint64_t> result = thread.system_call(
        SYS_munmap, {range.start.value(), range.size_bytes(), 0, 0, 0, 0});
    return result ? Error() : result.take_error().in("munmap in the target");
  }
  Result<uint64_t> map(const AddressRange &range, int protection) {
    constexpr uint64_t flags =
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    return thread.system_call(
        SYS_mmap, {range.start.value(), range.size_bytes(),
                   static_cast<uint64_t>(protection), flags, ~uint64_t{0}, 0});
  }
};

Error cannot_map(Error error, int error_number) {
  error = std::move(error).in("mmap in the target");
  if (error_number != EACCES && error_number != EPERM)
    return error;
  return std::move(error).note("nothing was changed; a security policy denies "
                               "executable memory to this process (SELinux: "
                               "execmem)");
}

Error protect_and_fill(const Target &target, RemoteCalls &calls,
                       const ImageLayout &layout, const RegionImage &image) {
  AddressRange whole = image.region.whole();
  uint64_t guard_size = image.base - whole.start;
  if (Error error = calls.protect(whole.start, guard_size, PROT_NONE))
    return error;
  for (const ImageSegment *segment :
       {&layout.header, &layout.rodata, &layout.data})
    if (Error error = calls.protect(image.base + segment->offset,
                                    segment->size_bytes, segment->protection))
      return error;
  return target.memory().write_forced(image.base, image.bytes,
                                      calls.thread.tid());
}

// Maps and fills. Nothing if the address was taken meanwhile.
Result<bool> map_image(const Target &target, const PlannedPatch &planned,
                       const RegionImage &image) {
  Result<BorrowedThread> thread = borrow_thread(target);
  if (!thread)
    return thread.take_error();
  RemoteCalls calls{*thread};
  AddressRange whole = image.region.whole();
  Result<uint64_t> mapped = calls.map(whole, PROT_READ | PROT_EXEC);
  if (!mapped && thread->last_errno() == EEXIST) {
    if (Error error = thread->give_back())
      return error;
    return false;
  }
  if (!mapped)
    return cannot_map(mapped.take_error(), thread->last_errno());
  // Linux before 4.17 takes the address as a hint.
  if (*mapped != whole.start.value()) {
    RemoteAddress other(*mapped);
    Error error = calls.unmap({other, other + whole.size_bytes()});
    return error ? std::move(error) : thread->give_back();
  }

  Error error = protect_and_fill(target, calls, planned.layout, image);
  error = join_errors(std::move(error), thread->give_back());
  if (error)
    return join_errors(std::move(error), unmap_region(target, image.region));
  return true;
}

// Writes what a run of the patch may have changed, the text left alone. The
// state stays Removed: we may die at any point of this.
Error refill_region(const Target &target, const PlannedPatch &planned,
                    const RegionImage &image) {
  const ImageLayout &layout = planned.layout;
  RemoteAddress base = image.base;
  std::span<const uint8_t> bytes = image.bytes;
  std::vector<MemoryWrite> writes;
  auto add = [&](uint64_t start, uint64_t end) {
    if (start < end)
      writes.push_back({base + start, bytes.subspan(start, end - start)});
  };
  add(layout.rodata.offset, layout.rodata.offset + layout.rodata.size_bytes);
  uint64_t data_end = layout.data.offset + layout.data.size_bytes;
  if (layout.eh_frame_offset) {
    // The storage is a member of the unwinder's list.
    add(layout.data.offset, layout.unwinder_storage_offset);
    add(layout.unwinder_storage_offset + unwinder_storage_size, data_end);
  } else {
    add(layout.data.offset, data_end);
  }
  return target.memory().write_forced(writes);
}

// Variables of the patch that the process may still have the addresses of: an
// object whose destructor is to run at the end, say. They must not begin anew.
bool may_lead_to_variables(const PlannedPatch &planned, KeptReason kept) {
  const ImageLayout &layout = planned.layout;
  bool has_variables = false;
  for (size_t i = 0; i < layout.section_offsets.size(); ++i)
    if (std::optional<uint64_t> offset = layout.section_offsets[i])
      has_variables |= *offset - layout.data.offset < layout.data.size_bytes &&
                       planned.file->sections()[i].size_bytes != 0;
  return has_variables && kept != KeptReason::Unwinder;
}

// The same patch, taken off before, with the same code at the same address.
Result<std::optional<PatchRegion>> reuse_region(const Target &target,
                                                const PlannedPatch &planned) {
  for (const PatchRegion &old : target.regions()) {
    const Journal &journal = old.journal;
    bool may_fit =
        journal.state == PatchState::Removed &&
        journal.unwinder != UnwinderState::Telling &&
        journal.kept != KeptReason::MayBeActive &&
        journal.kept != KeptReason::GivingBack &&
        !may_lead_to_variables(planned, journal.kept) &&
        old.id() == planned.file->id() &&
        target.object_of(old) == planned.object &&
        journal.content_checksum == planned.journal.content_checksum &&
        journal.region_size == planned.layout.size_bytes;
    if (!may_fit)
      continue;
    Result<RegionImage> image = make_image(planned, old.base);
    if (!image)
      return image.take_error();
    const ImageSegment &text = planned.layout.text;
    Result<std::vector<uint8_t>> code =
        target.memory().read_bytes(old.base + text.offset, text.size_bytes);
    auto new_code = image->bytes.begin() + static_cast<long>(text.offset);
    if (!code || !std::equal(code->begin(), code->end(), new_code))
      continue;
    Journal &fresh = image->region.journal;
    fresh.sequence = journal.sequence; // not zero: it was in use before
    fresh.unwinder = journal.unwinder;
    if (Error error = refill_region(target, planned, *image))
      return error;
    return std::optional<PatchRegion>(std::move(image->region));
  }
  return std::optional<PatchRegion>();
}

Error no_room(const PlannedPatch &planned, uint64_t size) {
  return refused("kpatch-no-room",
                 fmt::format("{}: no free {} KiB of address space within reach "
                             "of a jump from the code",
                             planned.object->name(), size / 1024))
      .note("the address space around the object is full; restart the process "
            "with the fixed program instead");
}

// A little less than what a jump reaches, for the sizes of instructions.
template <Arch A> constexpr uint64_t reach_of() {
  uint64_t reach = uint64_t{1} << 20;
  while (A::is_in_jump_range(0, reach * 2 - 4))
    reach *= 2;
  return reach - (uint64_t{1} << 16);
}

std::optional<RemoteAddress> find_place(const PlannedPatch &planned,
                                        const MemoryMap &map, uint64_t size) {
  Result<uint64_t> reach =
      visit_arch(planned.object->e_machine,
                 []<Arch A>() -> Result<uint64_t> { return reach_of<A>(); });
  if (!reach)
    return std::nullopt;
  AddressRange near = planned.object->range;
  if (needs_low_address(*planned.file))
    near.start = RemoteAddress(0);
  return map.find_gap(near, size, *reach, planned.layout.page_size);
}

} // namespace

Error check_room(const Target &target, const PlannedPatch &planned) {
  uint64_t size = planned.layout.size_bytes + planned.journal.guard_size;
  if (find_place(planned, target.map(), size))
    return {};
  return no_room(planned, size);
}

Error call_resolvers(const Target &target, PlannedPatch &planned) {
  if (planned.resolvers.empty())
    return {};
  Result<BorrowedThread> thread = borrow_thread(target);
  if (!thread)
    return thread.take_error();
  for (const PendingResolver &pending : planned.resolvers) {
    Result<uint64_t> address = thread->call_function(pending.resolver);
    if (!address)
      return address.take_error().in(fmt::format(
          "resolver of {}", planned.file->describe_symbol(pending.symbol)));
    planned.placement.symbols[pending.symbol].address = *address;
  }
  return thread->give_back();
}

Result<PatchRegion> prepare_region(const Target &target,
                                   const PlannedPatch &planned,
                                   MemoryMap &map) {
  Result<std::optional<PatchRegion>> reused = reuse_region(target, planned);
  if (!reused)
    return reused.take_error();
  std::optional<PatchRegion> prepared = std::move(*reused);

  uint64_t guard = planned.journal.guard_size;
  uint64_t size = planned.layout.size_bytes + guard;
  constexpr int attempts_max = 8;
  for (int attempt = 0; !prepared && attempt < attempts_max; ++attempt) {
    std::optional<RemoteAddress> place = find_place(planned, map, size);
    if (!place)
      return no_room(planned, size);
    Result<RegionImage> image = make_image(planned, *place + guard);
    if (!image)
      return image.take_error();
    Result<bool> is_mapped = map_image(target, planned, *image);
    if (!is_mapped)
      return is_mapped.take_error();
    if (*is_mapped) {
      prepared = std::move(image->region);
      map.add({.range = prepared->whole(), .path = {}});
      break;
    }
    Result<MemoryMap> fresh = MemoryMap::read(target.pid());
    if (!fresh)
      return fresh.take_error();
    map = std::move(*fresh);
  }
  if (!prepared)
    return no_room(planned, size);
  if (Error error = write_state(target, *prepared, PatchState::Prepared))
    return join_errors(std::move(error), discard_region(target, *prepared));
  return std::move(*prepared);
}

Error write_state(const Target &target, PatchRegion &region, PatchState state) {
  region.journal.state = state;
  JournalChange change = changing_fields(region.journal);
  return write_header(
      target, region.base + journal_change_offset(),
      {reinterpret_cast<const uint8_t *>(&change), sizeof change});
}

Error discard_region(const Target &target, PatchRegion &region) {
  bool was_in_use = region.journal.sequence != 0 ||
                    region.journal.unwinder != UnwinderState::Unknown;
  if (was_in_use)
    return write_state(target, region, PatchState::Removed);
  return unmap_region(target, region);
}

Error unmap_region(const Target &target, PatchRegion region) {
  region.journal.kept = KeptReason::GivingBack;
  if (Error error = write_state(target, region, PatchState::Removed))
    return error;
  Result<BorrowedThread> thread = borrow_thread(target);
  if (!thread)
    return thread.take_error();
  RemoteCalls calls{*thread};
  Error error = calls.unmap(region.whole());
  return join_errors(std::move(error), thread->give_back());
}

} // namespace care::runtime
