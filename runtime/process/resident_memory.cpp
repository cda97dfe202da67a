// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One read of the pagemap for many pages.

#include "runtime/process/resident_memory.h"

#include <algorithm>
#include <array>
#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

static constexpr uint64_t page_size = 4096;
static constexpr uint64_t page_present_or_swapped = uint64_t{3} << 62;

static UniqueFd open_in_proc(pid_t pid, const char *name) {
  return UniqueFd(
      ::open(fmt::format("/proc/{}/{}", living_thread(pid), name).c_str(),
             O_RDONLY | O_CLOEXEC));
}

ResidentMemory::ResidentMemory(pid_t pid)
    : pagemap_(open_in_proc(pid, "pagemap")) {}

std::vector<AddressRange> ResidentMemory::find(AddressRange mapping) const {
  size_t pages = mapping.size_bytes() / page_size;
  std::vector<uint64_t> entries(std::min<size_t>(pages, 65536));
  std::vector<AddressRange> parts;
  for (size_t first = 0; first < pages;) {
    size_t wanted = std::min(entries.size(), pages - first);
    auto offset = static_cast<off_t>(
        (mapping.start.value() / page_size + first) * sizeof(uint64_t));
    ssize_t got = !pagemap_.is_open()
                      ? -1
                      : pread(pagemap_.get(), entries.data(),
                              wanted * sizeof(uint64_t), offset);
    if (got <= 0)
      return {mapping};
    size_t count = static_cast<size_t>(got) / sizeof(uint64_t);
    for (size_t i = 0; i < count; ++i) {
      if ((entries[i] & page_present_or_swapped) == 0)
        continue;
      RemoteAddress start = mapping.start + (first + i) * page_size;
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

uint64_t read_pointer_guard(const RemoteMemory &memory) {
  UniqueFd file = open_in_proc(memory.pid(), "auxv");
  std::array<Elf64_auxv_t, 64> entries{};
  ssize_t size =
      file.is_open() ? ::read(file.get(), entries.data(), sizeof entries) : 0;
  for (size_t i = 0;
       size > 0 && i < static_cast<size_t>(size) / sizeof entries[0]; ++i)
    if (entries[i].a_type == AT_RANDOM)
      return memory
          .read_value<uint64_t>(RemoteAddress(entries[i].a_un.a_val) +
                                sizeof(uint64_t))
          .value_or(0);
  return 0;
}

} // namespace care::runtime
