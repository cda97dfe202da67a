// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The control block of a thread is at the top of its stack; its first and third
// word point to itself, with the thread's number in it, zero or negative once
// it has ended. Below such a stack is a guard, so that an address in the same
// mapping with a control block above it is on that stack.

#include "runtime/process/known_stacks.h"

#include <cstring>
#include <vector>

namespace care::runtime {

static bool is_private_data(const MemoryRegion &region) {
  return region.is_writable && region.is_readable && !region.is_shared;
}

static bool can_be_thread_stack(const MemoryMap &map,
                                const MemoryRegion &region) {
  constexpr uint64_t stack_size_max = uint64_t{1} << 30;
  const MemoryRegion *guard = map.find(region.range.start - 1);
  bool is_anonymous = !region.is_file() && !region.path.starts_with("[heap");
  return is_anonymous && region.range.size_bytes() <= stack_size_max &&
         (guard == nullptr || !guard->is_accessible());
}

KnownStacks::KnownStacks(const RemoteMemory &memory, const MemoryMap &map,
                         std::span<const LoadedObject> objects)
    : map_(map) {
  // Where glibc 2.34 to 2.41 has it, should the library not tell (static).
  tid_field_ = find_library_field(memory, objects, "pthread_tid")
                   .value_or(LibraryField{0x2d0, 4});
  for (const MemoryRegion &region : map.regions())
    if (region.path == "[stack]")
      threads_[region.range.end] = {KnownStack::Kind::Thread, region.range};
}

void KnownStacks::add_threads(const RemoteMemory &memory,
                              const MemoryRegion &region,
                              std::span<const AddressRange> resident_parts) {
  constexpr uint64_t alignment = 64; // of struct pthread
  if (!can_be_thread_stack(map_, region))
    return;
  RemoteAddress start = region.range.start;
  std::vector<uint8_t> bytes;
  for (const AddressRange &part : resident_parts) {
    bytes.resize(part.size_bytes());
    size_t size = memory.read_some(part.start, bytes);
    for (uint64_t at = 0; at + 3 * sizeof(uint64_t) <= size; at += alignment) {
      uint64_t self[3];
      memcpy(self, &bytes[at], sizeof self);
      RemoteAddress block = part.start + at;
      if (self[0] != block.value() || self[2] != block.value())
        continue;
      Result<uint32_t> tid =
          memory.read_value<uint32_t>(block + tid_field_.offset);
      if (!tid)
        continue;
      bool has_ended = static_cast<int32_t>(*tid) <= 0;
      threads_[block] = {has_ended ? KnownStack::Kind::EndedThread
                                   : KnownStack::Kind::Thread,
                         {start, block}};
      start = block;
    }
  }
}

void KnownStacks::add_coroutine(AddressRange stack) {
  const MemoryRegion *region = map_.find(stack.start);
  if (stack.is_empty() || !region || !is_private_data(*region) ||
      !region->range.contains(stack))
    return;
  coroutines_[stack.end] = {KnownStack::Kind::Coroutine, stack};
}

const MemoryRegion *KnownStacks::find_region(RemoteAddress address) const {
  const MemoryRegion *region = map_.find(address);
  return region && is_private_data(*region) ? region : nullptr;
}

KnownStack KnownStacks::find(RemoteAddress address) const {
  const MemoryRegion *region = find_region(address);
  if (!region)
    return {};
  for (const auto *stacks : {&coroutines_, &threads_}) {
    auto above = stacks->upper_bound(address);
    if (above != stacks->end() && above->second.range.contains(address))
      return above->second;
  }
  return {KnownStack::Kind::Unknown, region->range};
}

} // namespace care::runtime
