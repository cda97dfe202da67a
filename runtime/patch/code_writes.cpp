// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gathering entries into chunks.

#include "runtime/patch/code_writes.h"

#include <fmt/format.h>

#include <cstring>

namespace care::runtime {

// Measured: a 4 KiB write through /proc/PID/mem takes about as long as two
// small ones.
static constexpr uint64_t merge_distance = 2048;

static Error entry_differs(const EntryChange &entry,
                           std::span<const uint8_t> actual) {
  return refused("kpatch-site-differs",
                 fmt::format(
                     "function '{}': the bytes at {} are not those "
                     "expected (actual {:02x}, expected {:02x})",
                     entry.function, entry.address.hex(),
                     fmt::join(actual, " "),
                     fmt::join(std::span(entry.before).first(entry.size), " ")))
      .note("something else has changed the code of this process; nothing was "
            "changed");
}

Result<CodeWrites> CodeWrites::make(const RemoteMemory &memory,
                                    const MemoryMap &map,
                                    const Activation &activation) {
  CodeWrites result;
  std::span<const EntryChange> entries = activation.entries;
  for (size_t i = 0; i < entries.size();) {
    RemoteAddress start = entries[i].address;
    RemoteAddress end = start + entries[i].size;
    const MemoryRegion *region = map.find(start);
    size_t next = i + 1;
    while (next < entries.size() && region &&
           entries[next].address - end <= merge_distance &&
           region->range.contains(entries[next].address)) {
      end = entries[next].address + entries[next].size;
      ++next;
    }
    Result<std::vector<uint8_t>> before = memory.read_bytes(start, end - start);
    if (!before)
      return before.take_error();
    std::vector<uint8_t> after = *before;
    for (; i < next; ++i) {
      const EntryChange &entry = entries[i];
      uint8_t *place = after.data() + (entry.address - start);
      if (memcmp(place, entry.before.data(), entry.size) != 0)
        return entry_differs(entry, {place, entry.size});
      memcpy(place, entry.after.data(), entry.size);
    }
    std::vector<uint8_t> now(before->size());
    result.chunks_.push_back(
        {start, std::move(*before), std::move(after), std::move(now)});
  }
  // The chunks do not move any more; the views stay valid when the vector is
  // moved as a whole.
  for (Chunk &chunk : result.chunks_) {
    result.writes_.push_back({chunk.address, chunk.after});
    result.undo_writes_.push_back({chunk.address, chunk.before});
    result.reads_.push_back({chunk.address, chunk.now});
  }
  return result;
}

void CodeWrites::touch_pages(const RemoteMemory &memory) const {
  constexpr uint64_t page_size = 4096;
  std::vector<MemoryWrite> touches;
  for (const Chunk &chunk : chunks_) {
    std::span<const uint8_t> bytes = chunk.before;
    uint64_t offset = 0;
    while (offset < bytes.size()) {
      touches.push_back({chunk.address + offset, bytes.subspan(offset, 1)});
      uint64_t address = chunk.address.value() + offset;
      offset += page_size - address % page_size;
    }
  }
  // A failure here is not one: the write inside the stop reports it.
  if (Error ignored = memory.write_forced(touches))
    return;
}

Error CodeWrites::verify() const {
  for (const Chunk &chunk : chunks_)
    if (chunk.now != chunk.before)
      return not_safe_now(fmt::format("the code near {} was changed by "
                                      "something else meanwhile",
                                      chunk.address.hex()))
          .with_code("kpatch-site-differs");
  return {};
}

} // namespace care::runtime
