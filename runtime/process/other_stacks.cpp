// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The search goes over all private writable memory, resident pages only
// (/proc/PID/pagemap): a page that was never touched holds no frame. Swapped
// pages count as resident. A word is a hit if it lies in the code and a call
// instruction ends right before it; function pointers (starts of functions)
// and jump table entries do not look like that.
//
// Not looked at: our own patch images. Words on the stack of a thread that has
// ended and whose stack the C library keeps for the next one are not hits:
// nobody can return there. A thread's stack is recognised by the control block
// at its top, whose first and third word point to itself, with the thread's
// number in it, zero or negative once it has ended. Below such a stack is a
// guard, so that a word in the same mapping with a control block above it is on
// that stack. Live threads' stacks are examined by the caller exactly;
// recheck() leaves them out, and what is dead below their stack pointers.

#include "runtime/process/other_stacks.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "common/arch/arch.h"
#include "common/unique_fd.h"
#include "runtime/process/target_process.h"
#include "runtime/process/tls_layout.h"

namespace care::runtime {

namespace {

constexpr uint64_t page_size = 4096;
constexpr uint64_t page_present_or_swapped = uint64_t{3} << 62;
constexpr size_t piece_size = 1 << 20;

// Code of the ranges, to look at what is before a return address.
class CallSites {
public:
  CallSites(const RemoteMemory &memory, std::span<const AddressRange> code) {
    for (const AddressRange &range : code) {
      std::vector<uint8_t> bytes(range.size_bytes());
      bytes.resize(memory.read_some(range.start, bytes));
      code_.push_back(std::move(bytes));
    }
    ranges_.assign(code.begin(), code.end());
  }

  bool is_behind_call(size_t range, uint64_t address) const {
    uint64_t offset = address - ranges_[range].start.value();
    const std::vector<uint8_t> &bytes = code_[range];
    if (offset > bytes.size())
      return true; // cannot tell: stay on the safe side
    size_t count = std::min<size_t>(offset, 8);
    return HostArch::ends_with_call(
        std::span(bytes).subspan(offset - count, count));
  }

private:
  std::vector<AddressRange> ranges_;
  std::vector<std::vector<uint8_t>> code_;
};

// Ranges of a region whose pages are there. Without pagemap: all of it.
std::vector<AddressRange> resident_parts(int pagemap, AddressRange region) {
  size_t pages = region.size_bytes() / page_size;
  std::vector<uint64_t> entries(std::min<size_t>(pages, 65536));
  std::vector<AddressRange> parts;
  for (size_t first = 0; first < pages;) {
    size_t wanted = std::min(entries.size(), pages - first);
    auto offset = static_cast<off_t>(
        (region.start.value() / page_size + first) * sizeof(uint64_t));
    ssize_t got = pagemap < 0 ? -1
                              : pread(pagemap, entries.data(),
                                      wanted * sizeof(uint64_t), offset);
    if (got <= 0)
      return {region};
    size_t count = static_cast<size_t>(got) / sizeof(uint64_t);
    for (size_t i = 0; i < count; ++i) {
      if ((entries[i] & page_present_or_swapped) == 0)
        continue;
      RemoteAddress start = region.start + (first + i) * page_size;
      if (!parts.empty() && parts.back().end == start)
        parts.back().end = start + page_size;
      else
        parts.push_back({start, start + page_size});
    }
    first += count;
  }
  return parts;
}

std::vector<AddressRange> without(AddressRange part,
                                  std::span<const AddressRange> holes) {
  std::vector<AddressRange> parts = {part};
  for (const AddressRange &hole : holes) {
    std::vector<AddressRange> next;
    for (const AddressRange &one : parts) {
      if (!one.overlaps(hole)) {
        next.push_back(one);
        continue;
      }
      if (one.start < hole.start)
        next.push_back({one.start, hole.start});
      if (hole.end < one.end)
        next.push_back({hole.end, one.end});
    }
    parts = std::move(next);
  }
  return parts;
}

// The control blocks of threads in a mapping that can be a thread's stack.
struct ControlBlock {
  RemoteAddress address;
  bool has_ended;
};

std::vector<ControlBlock>
find_control_blocks(const RemoteMemory &memory,
                    std::span<const AddressRange> parts,
                    const LibraryField &tid_field) {
  constexpr uint64_t alignment = 64; // of struct pthread
  std::vector<ControlBlock> blocks;
  std::vector<uint8_t> bytes;
  for (const AddressRange &part : parts) {
    bytes.resize(part.size_bytes());
    size_t size = memory.read_some(part.start, bytes);
    for (uint64_t at = 0; at + 3 * sizeof(uint64_t) <= size; at += alignment) {
      uint64_t self[3];
      memcpy(self, &bytes[at], sizeof self);
      RemoteAddress address = part.start + at;
      if (self[0] != address.value() || self[2] != address.value())
        continue;
      Result<uint32_t> tid =
          memory.read_value<uint32_t>(address + tid_field.offset);
      if (tid)
        blocks.push_back({address, static_cast<int32_t>(*tid) <= 0});
    }
  }
  return blocks;
}

bool can_be_thread_stack(const MemoryMap &map, const MemoryRegion &region) {
  constexpr uint64_t stack_size_max = uint64_t{1} << 30;
  const MemoryRegion *guard = map.find(region.range.start - 1);
  bool is_anonymous = !region.is_file() && !region.path.starts_with("[heap");
  return is_anonymous && region.range.size_bytes() <= stack_size_max &&
         (guard == nullptr || !guard->is_accessible());
}

struct Search {
  const RemoteMemory &memory;
  const CodeRanges ranges;
  const CallSites call_sites;
  std::vector<uint8_t> buffer;
  std::vector<OtherStackHit> hits;

  void look_through(AddressRange part, const MemoryRegion &region) {
    std::string name = region.path.empty() ? "anonymous memory" : region.path;
    for (RemoteAddress at = part.start; at < part.end; at += piece_size) {
      size_t wanted = std::min<size_t>(piece_size, part.end - at);
      buffer.resize(wanted);
      // Memory that went away meanwhile holds nothing.
      size_t size = memory.read_some(at, buffer);
      for (size_t i = 0; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, &buffer[i], sizeof word);
        if (!ranges.may_contain(word))
          continue;
        const size_t *range = ranges.find_return_address(word);
        if (range != nullptr && call_sites.is_behind_call(*range, word))
          hits.push_back({at + i, RemoteAddress(word), *range, name});
      }
    }
  }
};

} // namespace

Result<OtherStacks>
OtherStacks::search(const RemoteMemory &memory, const MemoryMap &map,
                    std::span<const LoadedObject> objects,
                    std::span<const AddressRange> code,
                    std::span<const AddressRange> own_memory) {
  UniqueFd pagemap(::open(
      fmt::format("/proc/{}/pagemap", living_thread(memory.pid())).c_str(),
      O_RDONLY | O_CLOEXEC));
  // Where glibc 2.34 to 2.41 has it, should the library not tell (static).
  LibraryField tid_field = find_library_field(memory, objects, "pthread_tid")
                               .value_or(LibraryField{0x2d0, 4});
  Search search{memory, CodeRanges(code), CallSites(memory, code), {}, {}};
  OtherStacks result;
  for (const MemoryRegion &region : map.regions()) {
    if (!region.is_writable || !region.is_readable || region.is_shared)
      continue;
    std::vector<AddressRange> parts =
        resident_parts(pagemap.get(), region.range);
    for (const AddressRange &part : parts)
      for (const AddressRange &piece : without(part, own_memory))
        search.look_through(piece, region);
    if (search.hits.empty())
      continue;
    std::vector<ControlBlock> blocks;
    if (can_be_thread_stack(map, region))
      blocks = find_control_blocks(memory, parts, tid_field);
    for (OtherStackHit &hit : search.hits) {
      auto owner = std::find_if(blocks.begin(), blocks.end(),
                                [&](const ControlBlock &block) {
                                  return block.address > hit.location;
                                });
      bool has_owner = owner != blocks.end();
      if (has_owner && owner->has_ended)
        continue;
      AddressRange own_stack;
      if (region.path == "[stack]")
        own_stack = {hit.location, region.range.end};
      else if (has_owner)
        own_stack = {hit.location, owner->address};
      result.own_stacks_.push_back(own_stack);
      result.hits_.push_back(std::move(hit));
    }
    search.hits.clear();
  }
  return result;
}

Result<std::vector<OtherStackHit>>
OtherStacks::recheck(const RemoteMemory &memory,
                     std::span<const AddressRange> thread_stacks) const {
  std::vector<OtherStackHit> still;
  for (size_t i = 0; i < hits_.size(); ++i) {
    const OtherStackHit &hit = hits_[i];
    bool is_covered =
        std::any_of(thread_stacks.begin(), thread_stacks.end(),
                    [&](const AddressRange &stack) {
                      bool is_dead = own_stacks_[i].contains(stack.start);
                      return stack.contains(hit.location) || is_dead;
                    });
    if (is_covered)
      continue;
    uint64_t word = 0;
    std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(&word), sizeof word);
    if (memory.read_some(hit.location, bytes) == sizeof word &&
        word == hit.value.value())
      still.push_back(hit);
  }
  return still;
}

} // namespace care::runtime
