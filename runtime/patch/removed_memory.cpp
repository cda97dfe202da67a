// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What could lead into a removed region, and how it is ruled out:
//
// - Registers, stacks, variables: every aligned word of every resident page
//   that could have been written to, and of every thread's registers, plain or
//   as setjmp hides addresses. A word that is the address of a byte of the
//   region (or behind its code: a return address of a last call) counts. All
//   threads stand still meanwhile, for otherwise a pointer could move from a
//   page not yet read to one already read; memory is only copied then, and
//   searched when everything runs again. Once nothing leads in, nothing ever
//   can. What lies below the stack pointer of a thread is left over and does
//   not count.
// - Other removed regions: what only they refer to is as dead as they are. But
//   what is in one that stays counts; so another look is taken, at its memory
//   too.
// - A thread that was told to unmap the region, and has not done so yet: the
//   address of the guard page is in its registers.
// - The kernel, which knows addresses of signal handlers and such: of a patch
//   that takes the address of its own code other than to call it, the memory
//   is never given back.
// - The unwinder, which was told of the tables: it is told to forget first.
//   Until then its own pointers, to the tables and to the storage that it was
//   given, do not count.
//
// A process with more memory than can be copied in a short stop keeps its
// removed patches.

#include "runtime/patch/removed_memory.h"

#include "runtime/patch/region_memory.h"
#include "runtime/patch/unwinder_registration.h"
#include "runtime/arch/saved_context.h"
#include "runtime/process/holes.h"
#include "runtime/process/pointer_guard.h"
#include "runtime/process/resident_memory.h"
#include "runtime/process/stopped_process.h"
#include "runtime/process/thread_choice.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace care::runtime {

namespace {

// Measured: copying this much takes 0.25 to 0.5 milliseconds, to find out which
// pages of so much address space are there, 0.25 more, and to read of so many
// mappings, 0.5 to 1 (a process with 500 threads has 1,000).
constexpr uint64_t copied_in_stop_max = uint64_t{1} << 20;
constexpr uint64_t address_space_max = uint64_t{256} << 20;
constexpr size_t mappings_max = 1500;
// How much more there may be in the stop than a look ahead has found.
constexpr uint64_t growth_max = uint64_t{128} << 10;

struct Candidate {
  PatchRegion region;
  bool is_referenced = false;
};

class Candidates {
public:
  explicit Candidates(const Target &target) {
    for (const PatchRegion &region : target.regions()) {
      if (region.journal.state != PatchState::Removed)
        continue;
      bool is_for_good = region.journal.is_code_address_taken ||
                         region.journal.unwinder == UnwinderState::Telling;
      if (is_for_good)
        for_good_.push_back(region);
      else
        all_.push_back({region});
    }
    std::sort(all_.begin(), all_.end(),
              [](const Candidate &a, const Candidate &b) {
                return a.region.base < b.region.base;
              });
  }

  std::vector<Candidate> &all() { return all_; }
  std::vector<PatchRegion> &for_good() { return for_good_; }

  // Of those that nothing is known to lead into.
  Holes unreferenced_memory() const {
    std::vector<AddressRange> ranges;
    for (const Candidate &candidate : all_)
      if (!candidate.is_referenced)
        ranges.push_back(candidate.region.whole());
    return Holes(std::move(ranges));
  }

  size_t count_referenced() const {
    return static_cast<size_t>(
        std::count_if(all_.begin(), all_.end(),
                      [](const Candidate &one) { return one.is_referenced; }));
  }

  void look_at(uint64_t word) {
    if (all_.empty() || word < all_.front().region.whole().start.value() ||
        word > all_.back().region.whole().end.value())
      return;
    RemoteAddress address(word);
    auto after = std::upper_bound(all_.begin(), all_.end(), address,
                                  [](RemoteAddress a, const Candidate &c) {
                                    return a < c.region.whole().start;
                                  });
    if (after == all_.begin())
      return;
    Candidate &candidate = *std::prev(after);
    // The start of what follows the region is none of its addresses.
    bool is_inside = address < candidate.region.whole().end ||
                     address == candidate.region.text().end;
    if (is_inside && !is_of_unwinder(candidate.region, address))
      candidate.is_referenced = true;
  }

private:
  static bool is_of_unwinder(const PatchRegion &region, RemoteAddress address) {
    const Journal &journal = region.journal;
    if (journal.unwinder != UnwinderState::Registered)
      return false;
    RemoteAddress tables(journal.eh_frame), storage(journal.unwinder_storage);
    RemoteAddress tables_end = region.base + journal.data_offset;
    return (address >= tables && address < tables_end) ||
           (address >= storage && address < storage + unwinder_storage_size);
  }

  std::vector<Candidate> all_; // by address
  std::vector<PatchRegion> for_good_;
};

// The resident parts of everything that can be written to.
struct WritableMemory {
  MemoryMap map;
  std::vector<AddressRange> parts;
  uint64_t size_bytes = 0;
  uint64_t address_space = 0;
  size_t mapping_count = 0; // of all kinds

  bool is_too_much() const {
    return size_bytes > copied_in_stop_max ||
           address_space > address_space_max || mapping_count > mappings_max;
  }

  static Result<WritableMemory> find(pid_t pid, const Holes &holes) {
    Result<MemoryMap> map = MemoryMap::read(pid);
    if (!map)
      return map.take_error();
    WritableMemory found;
    ResidentMemory resident(pid);
    for (const MemoryRegion &region : map->regions()) {
      if (holes.contain(region.range))
        continue;
      ++found.mapping_count;
      bool may_hold_pointers = region.is_readable &&
                               !region.path.starts_with("[v") &&
                               (region.is_writable || !region.is_file());
      if (!may_hold_pointers)
        continue;
      found.address_space += region.range.size_bytes();
      for (const AddressRange &part : resident.find(region.range))
        for (const AddressRange &piece : holes.outside(part)) {
          found.parts.push_back(piece);
          found.size_bytes += piece.size_bytes();
        }
    }
    found.map = std::move(*map);
    return found;
  }
};

// All memory and all registers at one instant.
struct Snapshot {
  WritableMemory memory;
  std::vector<uint8_t> bytes; // of the parts, one after the other
  std::vector<Registers> registers;
  std::chrono::nanoseconds frozen{0};
  bool is_complete = false;
};

// `expected_bytes` is what a look ahead has found. The room for it is there
// before the stop; of a process that grows faster nothing is proven this time.
Result<Snapshot> take_snapshot(const Target &target, const Holes &holes,
                               uint64_t expected_bytes) {
  Snapshot snapshot;
  snapshot.bytes.resize(expected_bytes + growth_max);
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.pid());
  if (!stopped)
    return stopped.take_error();
  Result<WritableMemory> memory = WritableMemory::find(target.pid(), holes);
  if (!memory)
    return memory.take_error();
  snapshot.memory = std::move(*memory);
  snapshot.is_complete = !snapshot.memory.is_too_much() &&
                         snapshot.memory.size_bytes <= snapshot.bytes.size();
  if (snapshot.is_complete) {
    std::vector<MemoryRead> reads;
    std::span<uint8_t> room = snapshot.bytes;
    for (const AddressRange &part : snapshot.memory.parts) {
      reads.push_back({part.start, room.first(part.size_bytes())});
      room = room.subspan(part.size_bytes());
    }
    if (Error error = target.memory().read(reads))
      return error;
    for (const StoppedThread &thread : stopped->threads())
      snapshot.registers.push_back(thread.registers);
  }
  if (Error error = stopped->release())
    return error;
  snapshot.frozen = stopped->frozen_time();
  return snapshot;
}

// Below the stack pointers of threads, where that is theirs for sure.
Holes find_left_over(const Snapshot &snapshot) {
  constexpr uint64_t red_zone = 128; // psABI 3.2.2
  std::vector<AddressRange> ranges;
  RegionFinder find = [&](RemoteAddress address) {
    const MemoryRegion *region = snapshot.memory.map.find(address);
    return region ? std::optional(*region) : std::nullopt;
  };
  for (const Registers &registers : snapshot.registers) {
    std::optional<AddressRange> below =
        stack_below(find, registers.sp(), registers.thread_pointer());
    if (below && below->start + red_zone < registers.sp())
      ranges.push_back({below->start, registers.sp() - red_zone});
  }
  return Holes(std::move(ranges));
}

void search(const Snapshot &snapshot, uint64_t pointer_guard,
            Candidates &candidates) {
  const ContextFormat format = context_format;
  auto look_at = [&](uint64_t word) {
    candidates.look_at(word);
    candidates.look_at(format.demangle(word, pointer_guard));
  };
  for (const Registers &registers : snapshot.registers) {
    look_at(registers.pc().value());
    for (uint64_t word : registers.words())
      look_at(word);
  }
  Holes left_over = find_left_over(snapshot);
  std::span<const uint8_t> rest = snapshot.bytes;
  for (const AddressRange &part : snapshot.memory.parts) {
    std::span<const uint8_t> bytes = rest.first(part.size_bytes());
    rest = rest.subspan(part.size_bytes());
    for (const AddressRange &live : left_over.outside(part)) {
      RemoteAddress start = align_up(live.start, sizeof(uint64_t));
      for (RemoteAddress at = start; at + sizeof(uint64_t) <= live.end;
           at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, &bytes[at - part.start], sizeof word);
        look_at(word);
      }
    }
  }
}

Error keep(const Target &target, PatchRegion &region, KeptReason reason) {
  // Whose stack was not looked at stays under suspicion until it is proven; and
  // what a thread may be about to unmap is never used again.
  bool is_weaker = region.journal.kept == KeptReason::MayBeActive ||
                   region.journal.kept == KeptReason::GivingBack;
  if (region.journal.kept == reason || is_weaker)
    return {};
  region.journal.kept = reason;
  return write_state(target, region, PatchState::Removed);
}

Error keep_unreferenced(const Target &target, Candidates &candidates,
                        KeptReason reason) {
  for (Candidate &candidate : candidates.all())
    if (!candidate.is_referenced)
      if (Error error = keep(target, candidate.region, reason))
        return error;
  return {};
}

Error keep_referenced(const Target &target, Candidates &candidates) {
  for (Candidate &candidate : candidates.all())
    if (candidate.is_referenced)
      if (Error error = keep(target, candidate.region, KeptReason::Referenced))
        return error;
  for (PatchRegion &region : candidates.for_good())
    if (Error error =
            keep(target, region,
                 region.journal.is_code_address_taken ? KeptReason::AddressTaken
                                                      : KeptReason::Unwinder))
      return error;
  return {};
}

Error unmap_unreferenced(const Target &target, Candidates &candidates,
                         GiveBackResult &result) {
  for (Candidate &candidate : candidates.all()) {
    if (candidate.is_referenced)
      continue;
    if (Error error = deregister_from_unwinder(target, candidate.region))
      return error;
    if (candidate.region.journal.unwinder != UnwinderState::Unknown) {
      if (Error error = keep(target, candidate.region, KeptReason::Unwinder))
        return error;
      continue;
    }
    if (Error error = unmap_region(target, candidate.region))
      return error;
    ++result.given_back;
  }
  return {};
}

} // namespace

// Finds out what is referenced. False if that could not be proven of all
// others.
static Result<bool> find_references(const Target &target,
                                    Candidates &candidates,
                                    GiveBackResult &result) {
  uint64_t pointer_guard = read_pointer_guard(target.memory());
  size_t known;
  do {
    known = candidates.count_referenced();
    Holes holes = candidates.unreferenced_memory();
    // A look ahead, so that nothing is stopped in vain.
    Result<WritableMemory> memory = WritableMemory::find(target.pid(), holes);
    if (!memory)
      return memory.take_error();
    if (memory->is_too_much())
      return false;
    Result<Snapshot> snapshot =
        take_snapshot(target, holes, memory->size_bytes);
    if (!snapshot)
      return snapshot.take_error();
    result.frozen = std::max(result.frozen, snapshot->frozen);
    if (!snapshot->is_complete)
      return false;
    search(*snapshot, pointer_guard, candidates);
  } while (candidates.count_referenced() != known);
  return true;
}

// Proves what it can; with what cannot be looked at, all stay.
static Error give_back(Target &target, Candidates &candidates,
                       GiveBackResult &result) {
  if (candidates.all().empty())
    return {};
  Result<bool> is_proven = find_references(target, candidates, result);
  if (!is_proven)
    return is_proven.take_error();
  if (!*is_proven)
    return keep_unreferenced(target, candidates, KeptReason::TooMuchMemory);
  return unmap_unreferenced(target, candidates, result);
}

Result<GiveBackResult> give_back_removed(Target &target) {
  Candidates candidates(target);
  GiveBackResult result;
  size_t count = candidates.all().size() + candidates.for_good().size();
  if (count == 0)
    return result;
  if (Error error = give_back(target, candidates, result))
    return error;
  if (Error error = keep_referenced(target, candidates))
    return error;
  result.kept = count - result.given_back;
  if (Error error = target.refresh())
    return error;
  return result;
}

} // namespace care::runtime
