// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One read of the pagemap for many pages, and for many mappings. In a large
// mapping the kernel is asked for the ranges, where it skips what was never
// touched: 14 terabytes of a sanitizer's shadow memory take it 0.1 ms.

#include "runtime/process/resident_memory.h"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

static constexpr uint64_t page_size = 4096;
static constexpr uint64_t page_present_or_swapped = uint64_t{3} << 62;

namespace {

// Linux 6.7 (commit 52526ca7fdb9, "fs/proc/task_mmu: implement IOCTL to get and
// optionally clear info about PTEs"); newer than the headers of Debian 12.
struct PageRegion {
  uint64_t start, end, categories;
};
struct PagemapScan {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
constexpr unsigned long pagemap_scan = _IOWR('f', 16, PagemapScan);
constexpr uint64_t page_is_present = 1 << 3, page_is_swapped = 1 << 4;

} // namespace

static void append(std::vector<AddressRange> &parts, AddressRange part) {
  if (!parts.empty() && parts.back().end == part.start)
    parts.back().end = part.end;
  else
    parts.push_back(part);
}

// Nothing if the kernel cannot do it.
static std::optional<std::vector<AddressRange>> scan(int pagemap,
                                                     AddressRange mapping) {
  std::vector<PageRegion> regions(512);
  PagemapScan scan = {};
  scan.size = sizeof scan;
  scan.end = mapping.end.value();
  scan.walk_end = mapping.start.value();
  scan.vec = reinterpret_cast<uint64_t>(regions.data());
  scan.vec_len = regions.size();
  scan.category_anyof_mask = page_is_present | page_is_swapped;
  scan.return_mask = scan.category_anyof_mask;
  std::vector<AddressRange> parts;
  while (scan.walk_end < scan.end) {
    scan.start = scan.walk_end;
    int count = ioctl(pagemap, pagemap_scan, &scan);
    if (count < 0 || scan.walk_end <= scan.start)
      return std::nullopt;
    for (int i = 0; i < count; ++i)
      append(parts, {RemoteAddress(regions[static_cast<size_t>(i)].start),
                     RemoteAddress(regions[static_cast<size_t>(i)].end)});
  }
  return parts;
}

ResidentMemory::ResidentMemory(pid_t pid)
    : pagemap_(
          ::open(fmt::format("/proc/{}/pagemap", living_thread(pid)).c_str(),
                 O_RDONLY | O_CLOEXEC)) {}

std::span<const uint64_t> ResidentMemory::entries_from(uint64_t page,
                                                       size_t wanted) {
  constexpr size_t read_ahead = 4096;
  constexpr size_t read_max = 65536;
  if (page < known_start_ || page >= known_start_ + known_.size()) {
    known_.resize(std::clamp(wanted, read_ahead, read_max));
    known_start_ = page;
    ssize_t got = !pagemap_.is_open()
                      ? -1
                      : pread(pagemap_.get(), known_.data(),
                              known_.size() * sizeof(uint64_t),
                              static_cast<off_t>(page * sizeof(uint64_t)));
    known_.resize(got > 0 ? static_cast<size_t>(got) / sizeof(uint64_t) : 0);
  }
  std::span<const uint64_t> known(known_);
  known = known.subspan(std::min<size_t>(page - known_start_, known.size()));
  return known.first(std::min(wanted, known.size()));
}

std::vector<AddressRange> ResidentMemory::find(AddressRange mapping) {
  constexpr size_t large_bytes = size_t{1} << 30;
  if (pagemap_.is_open() && mapping.size_bytes() >= large_bytes)
    if (auto parts = scan(pagemap_.get(), mapping))
      return *parts;
  std::vector<AddressRange> parts;
  for (RemoteAddress at = mapping.start; at < mapping.end;) {
    std::span<const uint64_t> entries =
        entries_from(at.value() / page_size, (mapping.end - at) / page_size);
    if (entries.empty())
      return {mapping};
    for (uint64_t entry : entries) {
      RemoteAddress start = at;
      at += page_size;
      if ((entry & page_present_or_swapped) == 0)
        continue;
      append(parts, {start, at});
    }
  }
  return parts;
}

} // namespace care::runtime
