// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The search goes over all private writable memory, resident pages only, except
// our own patch images. Every word that looks like a return address into the
// code is a hit, and every ucontext_t is noted. What is not counted:
//
// - Stacks of threads that have ended, which the C library keeps.
// - What is on a stack that a thread is on now: there, the exact check decides.
// - What is left over below the stack pointer of a suspended coroutine. The
//   stack and the stack pointer are known from its context. Other contexts of
//   the same stack could be in memory in another form, as a mere stack pointer
//   say, which setjmp hides. So all memory is searched a second time for
//   pointers into the dead part; one is enough to make it count.
//
// A return address that a context holds stands for the word below its stack
// pointer: it was saved by a call, and is as good as that frame is.

#include "runtime/process/other_stacks.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "runtime/process/pointer_guard.h"
#include "runtime/process/resident_memory.h"

namespace care::runtime {

namespace {

constexpr size_t piece_size = 1 << 20;

template <typename Use>
void for_each_word(const RemoteMemory &memory, AddressRange part, Use &&use) {
  std::vector<uint8_t> buffer(std::min<size_t>(piece_size, part.size_bytes()));
  for (RemoteAddress at = part.start; at < part.end; at += piece_size) {
    size_t wanted = std::min<size_t>(piece_size, part.end - at);
    // Memory that went away meanwhile holds nothing.
    size_t size = memory.read_some(at, std::span(buffer).first(wanted));
    for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
      uint64_t word;
      memcpy(&word, &buffer[i], sizeof word);
      use(at + i, word);
    }
  }
}

std::string region_name(const MemoryRegion &region) {
  return region.path.empty() ? "anonymous memory" : region.path;
}

// The stacks of coroutines below the stack pointers of their contexts,
// ascending.
std::vector<AddressRange>
find_dead_parts(const KnownStacks &stacks,
                std::span<const SavedContext> contexts) {
  std::map<RemoteAddress, RemoteAddress> ends;
  for (const SavedContext &context : contexts) {
    KnownStack stack = stacks.find(context.frame());
    if (stack.kind != KnownStack::Kind::Coroutine)
      continue;
    auto [end, is_new] = ends.try_emplace(stack.range.start, context.sp);
    if (!is_new)
      end->second = std::min(end->second, context.sp);
  }
  std::vector<AddressRange> parts;
  for (const auto &[start, end] : ends)
    parts.push_back({start, end});
  return parts;
}

// In ascending parts; null if it is in none of them.
const AddressRange *find_part(std::span<const AddressRange> parts,
                              RemoteAddress address) {
  auto after =
      std::ranges::upper_bound(parts, address, {}, &AddressRange::start);
  if (after == parts.begin() || !std::prev(after)->contains(address))
    return nullptr;
  return &*std::prev(after);
}

// Takes out of `dead` what something outside of it points into.
void drop_reachable(const RemoteMemory &memory,
                    std::span<const AddressRange> writable_parts,
                    std::vector<AddressRange> &dead) {
  const uint64_t guard = read_pointer_guard(memory);
  const ContextFormat format = context_format;
  std::vector<bool> is_reachable(dead.size());
  AddressRange hull{dead.front().start, dead.back().end};
  auto look_up = [&](RemoteAddress location, uint64_t word) {
    RemoteAddress address(word);
    const AddressRange *part = find_part(dead, address);
    // The start is what the program knows its stack by.
    if (part && part->start != address && !part->contains(location))
      is_reachable[static_cast<size_t>(part - dead.data())] = true;
  };
  for (const AddressRange &part : writable_parts)
    for_each_word(memory, part, [&](RemoteAddress location, uint64_t word) {
      if (hull.contains(RemoteAddress(word)))
        look_up(location, word);
      uint64_t plain = format.demangle(word, guard);
      if (hull.contains(RemoteAddress(plain)))
        look_up(location, plain);
    });
  std::vector<AddressRange> unreachable;
  for (size_t i = 0; i < dead.size(); ++i)
    if (!is_reachable[i])
      unreachable.push_back(dead[i]);
  dead = std::move(unreachable);
}

} // namespace

// Contexts whose memory is gone, or whose stack pointer is nowhere, are left
// out.
std::vector<SavedContext>
OtherStacks::read_contexts(const RemoteMemory &memory) const {
  std::vector<SavedContextBytes> bytes(contexts_.size());
  std::vector<MemoryRead> reads;
  for (size_t i = 0; i < contexts_.size(); ++i)
    reads.push_back({contexts_[i], bytes[i]});
  bool has_all = !memory.read(reads);
  std::vector<SavedContext> contexts;
  for (size_t i = 0; i < contexts_.size(); ++i) {
    if (!has_all && memory.read_some(contexts_[i], bytes[i]) < bytes[i].size())
      continue;
    SavedContext context = decode_saved_context(contexts_[i], bytes[i]);
    if (stacks_.find_region(context.frame()))
      contexts.push_back(context);
  }
  return contexts;
}

// Notes hits and contexts, both ascending. Returns what was searched.
std::vector<AddressRange> OtherStacks::search_memory(const RemoteMemory &memory,
                                                     const MemoryMap &map,
                                                     const Holes &own_memory) {
  const ContextFormat format = context_format;
  ResidentMemory resident(memory.pid());
  std::vector<AddressRange> searched;
  for (const MemoryRegion &region : map.regions()) {
    if (!region.is_writable || !region.is_readable || region.is_shared ||
        own_memory.contain(region.range))
      continue;
    size_t hits_before = hits_.size();
    std::vector<AddressRange> parts = resident.find(region.range);
    for (const AddressRange &part : parts)
      for (const AddressRange &piece : own_memory.outside(part)) {
        searched.push_back(piece);
        for_each_word(memory, piece, [&](RemoteAddress at, uint64_t word) {
          if (const size_t *index = sites_.find(word))
            hits_.push_back(
                {at, RemoteAddress(word), *index, region_name(region)});
          if (std::optional<RemoteAddress> it = format.find_context(at, word))
            contexts_.push_back(*it);
        });
      }
    if (hits_.size() > hits_before)
      stacks_.add_threads(memory, region, parts);
  }
  return searched;
}

void OtherStacks::add_stacks_of(std::span<const SavedContext> contexts,
                                const RemoteMemory &memory) {
  std::set<const MemoryRegion *> regions; // one may hold thousands of stacks
  for (const SavedContext &context : contexts) {
    if (context.stack.contains(context.frame())) // else it is not set
      stacks_.add_coroutine(context.stack);
    if (const MemoryRegion *region = stacks_.find_region(context.frame()))
      regions.insert(region);
  }
  ResidentMemory resident(memory.pid());
  for (const MemoryRegion *region : regions)
    stacks_.add_threads(memory, *region, resident.find(region->range));
}

Result<OtherStacks> OtherStacks::search(const RemoteMemory &memory,
                                        const MemoryMap &map,
                                        std::span<const LoadedObject> objects,
                                        std::span<const AddressRange> code,
                                        const Holes &own_memory) {
  OtherStacks result(ReturnSites(memory, code));
  result.stacks_ = KnownStacks(memory, map, objects);
  std::vector<AddressRange> searched =
      result.search_memory(memory, map, own_memory);
  std::vector<SavedContext> contexts = result.read_contexts(memory);
  result.add_stacks_of(contexts, memory);
  std::erase_if(result.hits_, [&](const OtherStackHit &hit) {
    return result.stacks_.find(hit.location).kind ==
           KnownStack::Kind::EndedThread;
  });
  // Only where there is something to be excused by it.
  result.dead_ = find_dead_parts(result.stacks_, contexts);
  std::erase_if(result.dead_, [&](const AddressRange &part) {
    auto hit = std::ranges::lower_bound(result.hits_, part.start, {},
                                        &OtherStackHit::location);
    return hit == result.hits_.end() || !part.contains(hit->location);
  });
  if (!result.dead_.empty())
    drop_reachable(memory, searched, result.dead_);
  return result;
}

// --- inside the stop

class OtherStacks::Recheck {
public:
  Recheck(const OtherStacks &others, const RemoteMemory &memory,
          std::span<const AddressRange> thread_stacks)
      : others_(others), memory_(memory), thread_stacks_(thread_stacks),
        contexts_(others.read_contexts(memory)) {
    for (const AddressRange &now : find_dead_parts(others.stacks_, contexts_)) {
      const AddressRange *before = find_part(others.dead_, now.start);
      if (before && before->start == now.start)
        dead_.push_back({now.start, std::min(now.end, before->end)});
    }
  }

  std::vector<OtherStackHit> run() {
    for (const OtherStackHit &hit : others_.hits_)
      check_hit(hit);
    for (const SavedContext &context : contexts_)
      check_context(context);
    return std::move(found_);
  }

private:
  // The thread whose stack `frame` is on knows better.
  bool is_decided_by_thread(RemoteAddress frame) const {
    KnownStack stack = others_.stacks_.find(frame);
    return std::any_of(thread_stacks_.begin(), thread_stacks_.end(),
                       [&](const AddressRange &live) {
                         return stack.is_exact()
                                    ? stack.range.contains(live.start)
                                    : live.contains(frame);
                       });
  }

  void check_hit(const OtherStackHit &hit) {
    uint64_t word = 0;
    std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(&word), sizeof word);
    bool is_same = memory_.read_some(hit.location, bytes) == sizeof word &&
                   word == hit.value.value();
    bool is_of_context = std::ranges::binary_search(contexts_, hit.location, {},
                                                    &SavedContext::pc_location);
    if (is_same && !is_of_context && !find_part(dead_, hit.location) &&
        !is_decided_by_thread(hit.location))
      found_.push_back(hit);
  }

  void check_context(const SavedContext &context) {
    KnownStack stack = others_.stacks_.find(context.frame());
    if (stack.kind == KnownStack::Kind::EndedThread ||
        is_decided_by_thread(context.frame()))
      return;
    if (const size_t *index = others_.sites_.find(context.pc.value()))
      add(context.pc_location, context.pc.value(), *index);
    if (stack.kind != KnownStack::Kind::Coroutine)
      return; // its frames are hits, if they were there before the stop
    for_each_word(memory_, {context.sp, stack.range.end},
                  [&](RemoteAddress location, uint64_t word) {
                    if (const size_t *index = others_.sites_.find(word))
                      add(location, word, *index);
                  });
  }

  void add(RemoteAddress location, uint64_t word, size_t index) {
    const MemoryRegion *region = others_.stacks_.find_region(location);
    found_.push_back({location, RemoteAddress(word), index,
                      region ? region_name(*region) : "memory"});
  }

  const OtherStacks &others_;
  const RemoteMemory &memory_;
  std::span<const AddressRange> thread_stacks_;
  std::vector<SavedContext> contexts_;
  std::vector<AddressRange> dead_;
  std::vector<OtherStackHit> found_;
};

Result<std::vector<OtherStackHit>>
OtherStacks::recheck(const RemoteMemory &memory,
                     std::span<const AddressRange> thread_stacks) const {
  if (hits_.empty() && contexts_.empty())
    return std::vector<OtherStackHit>();
  return Recheck(*this, memory, thread_stacks).run();
}

} // namespace care::runtime
