// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing /proc/PID/maps, finding room in it, and PROCMAP_QUERY.
//
//   7f10-7f20 r-xp 00001000 fd:01 1234       /usr/lib/libfoo.so (deleted)
//
// A path is whatever follows the blanks behind the inode; a newline in it is
// written as \012 by the kernel.

#include "runtime/process/memory_map.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

// Cursor over one line. Every step says whether it succeeded.
struct LineCursor {
  std::string_view rest;

  template <typename T> bool number(T &value, int base) {
    auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
    if (error != std::errc())
      return false;
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    return true;
  }
  bool skip(char expected) {
    if (rest.empty() || rest[0] != expected)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool flag(char set, bool &value) {
    if (rest.empty())
      return false;
    value = rest[0] == set;
    rest.remove_prefix(1);
    return true;
  }
};

bool parse_line(std::string_view line, MemoryRegion &region) {
  LineCursor cursor{line};
  uint64_t start = 0, end = 0;
  bool is_well_formed =
      cursor.number(start, 16) && cursor.skip('-') && cursor.number(end, 16) &&
      cursor.skip(' ') && cursor.flag('r', region.is_readable) &&
      cursor.flag('w', region.is_writable) &&
      cursor.flag('x', region.is_executable) &&
      cursor.flag('s', region.is_shared) && cursor.skip(' ') &&
      cursor.number(region.file_offset, 16) && cursor.skip(' ') &&
      cursor.number(region.device_major, 16) && cursor.skip(':') &&
      cursor.number(region.device_minor, 16) && cursor.skip(' ') &&
      cursor.number(region.inode, 10);
  if (!is_well_formed || start >= end)
    return false;
  region.range = {RemoteAddress(start), RemoteAddress(end)};

  size_t path = cursor.rest.find_first_not_of(' ');
  if (path == cursor.rest.npos)
    return true;
  std::string_view name = cursor.rest.substr(path);
  constexpr std::string_view deleted = " (deleted)";
  if (region.inode != 0 && name.ends_with(deleted)) {
    region.is_deleted = true;
    name.remove_suffix(deleted.size());
  }
  region.path = name;
  return true;
}

// Linux 6.11, include/uapi/linux/fs.h.
struct ProcmapQuery {
  uint64_t size;
  uint64_t query_flags;
  uint64_t query_addr;
  uint64_t vma_start;
  uint64_t vma_end;
  uint64_t vma_flags;
  uint64_t vma_page_size;
  uint64_t vma_offset;
  uint64_t inode;
  uint32_t dev_major;
  uint32_t dev_minor;
  uint32_t vma_name_size;
  uint32_t build_id_size;
  uint64_t vma_name_addr;
  uint64_t build_id_addr;
};
static_assert(sizeof(ProcmapQuery) == 104);
constexpr unsigned long procmap_query = _IOWR('f', 17, ProcmapQuery);
constexpr uint64_t vma_readable = 1;
constexpr uint64_t vma_writable = 2;
constexpr uint64_t vma_executable = 4;
constexpr uint64_t vma_shared = 8;

// Below a stack the kernel keeps 256 pages free (stack_guard_gap) and the
// stack grows into what is below; above [heap], brk grows.
constexpr uint64_t growth_room = 64 << 20;

// The lowest address that a program may map by default (vm.mmap_min_addr).
constexpr RemoteAddress lowest_address{0x10000};
constexpr RemoteAddress highest_address{0x7ffffffff000};

} // namespace

Result<MemoryMap> MemoryMap::parse(std::string_view text) {
  MemoryMap map;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    MemoryRegion region;
    if (!parse_line(line, region))
      return format_error(fmt::format("memory map: line {}: cannot read '{}'",
                                      map.regions_.size() + 1, line));
    map.regions_.push_back(std::move(region));
  }
  // The kernel gives them in order, but [vsyscall] and a map that changes
  // while it is read are reasons to make sure.
  std::sort(map.regions_.begin(), map.regions_.end(),
            [](const MemoryRegion &a, const MemoryRegion &b) {
              return a.range.start < b.range.start;
            });
  return map;
}

Result<MemoryMap> MemoryMap::read(pid_t pid) {
  Result<std::string> own = read_proc_file(fmt::format("/proc/{}/maps", pid));
  if (own && !own->empty())
    return parse(*own);
  Result<std::string> text =
      read_proc_file(fmt::format("/proc/{}/maps", living_thread(pid)));
  if (text && !text->empty())
    return parse(*text);
  if (has_ended(pid, pid) || text)
    return target_gone("the process has ended");
  return access_error(pid, pid, "cannot read its memory map", EACCES);
}

const MemoryRegion *MemoryMap::find(RemoteAddress address) const {
  auto after = std::upper_bound(regions_.begin(), regions_.end(), address,
                                [](RemoteAddress at, const MemoryRegion &r) {
                                  return at < r.range.start;
                                });
  if (after == regions_.begin())
    return nullptr;
  const MemoryRegion &region = *std::prev(after);
  return region.range.contains(address) ? &region : nullptr;
}

std::optional<RemoteAddress> MemoryMap::find_gap(AddressRange near,
                                                 uint64_t size_bytes,
                                                 uint64_t max_distance,
                                                 uint64_t page_size) const {
  size_bytes = align_up(RemoteAddress(size_bytes), page_size).value();
  std::optional<RemoteAddress> best;
  uint64_t best_distance = max_distance;
  auto consider = [&](RemoteAddress start) {
    RemoteAddress end = start + size_bytes;
    // From the far end of one range to the far end of the other.
    uint64_t distance = std::max(end, near.end) - std::min(start, near.start);
    if (distance > max_distance || (best && distance >= best_distance))
      return;
    best = start;
    best_distance = distance;
  };

  RemoteAddress free_start = lowest_address;
  auto consider_gap = [&](RemoteAddress start, RemoteAddress end) {
    start = align_up(start, page_size);
    end = align_down(end, page_size);
    if (start >= end || end - start < size_bytes)
      return;
    if (start >= near.start)
      consider(start);
    else
      consider(end - size_bytes);
  };
  for (const MemoryRegion &region : regions_) {
    RemoteAddress gap_end = region.range.start;
    if (region.path == "[stack]")
      gap_end = gap_end.value() > growth_room ? gap_end - growth_room
                                              : RemoteAddress();
    consider_gap(free_start, std::min(gap_end, highest_address));
    free_start = std::max(free_start, region.range.end);
    if (region.path == "[heap]")
      free_start += growth_room;
  }
  consider_gap(free_start, highest_address);
  return best;
}

void MemoryMap::add(MemoryRegion region) {
  auto place =
      std::upper_bound(regions_.begin(), regions_.end(), region.range.start,
                       [](RemoteAddress start, const MemoryRegion &other) {
                         return start < other.range.start;
                       });
  regions_.insert(place, std::move(region));
}

Result<MappingQuery> MappingQuery::open(pid_t pid) {
  std::string path = fmt::format("/proc/{}/maps", living_thread(pid));
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open()) {
    int error_number = errno;
    return access_error(pid, pid, "cannot read its memory map", error_number);
  }
  return MappingQuery(pid, std::move(fd));
}

struct MappingQuery::Question {
  ProcmapQuery query{};

  explicit Question(RemoteAddress address) {
    query.size = sizeof query;
    query.query_addr = address.value();
  }
  AddressRange range() const {
    return {RemoteAddress(query.vma_start), RemoteAddress(query.vma_end)};
  }
  bool has(uint64_t flag) const { return (query.vma_flags & flag) != 0; }
};

Result<std::optional<bool>> MappingQuery::ask(Question &question) {
  if (!has_query_)
    return std::optional<bool>();
  if (ioctl(fd_.get(), procmap_query, &question.query) == 0)
    return std::optional(true);
  if (errno == ENOENT)
    return std::optional(false);
  if (errno == ESRCH)
    return target_gone("the process has ended");
  has_query_ = false; // an older kernel: ENOTTY
  return std::optional<bool>();
}

Result<const MemoryRegion *> MappingQuery::look_up(RemoteAddress address) {
  if (!map_) {
    Result<MemoryMap> map = MemoryMap::read(pid_);
    if (!map)
      return map.take_error();
    map_ = std::move(*map);
  }
  return map_->find(address);
}

Result<std::optional<MappingQuery::Mapping>>
MappingQuery::find(RemoteAddress address) {
  Question question(address);
  Result<std::optional<bool>> is_mapped = ask(question);
  if (!is_mapped)
    return is_mapped.take_error();
  if (*is_mapped && **is_mapped)
    return std::optional(Mapping{question.range(), question.has(vma_readable),
                                 question.has(vma_writable)});
  if (*is_mapped)
    return std::optional<Mapping>();
  Result<const MemoryRegion *> region = look_up(address);
  if (!region)
    return region.take_error();
  if (*region == nullptr)
    return std::optional<Mapping>();
  return std::optional(Mapping{(*region)->range, (*region)->is_readable,
                               (*region)->is_writable});
}

Result<std::optional<MemoryRegion>>
MappingQuery::find_region(RemoteAddress address) {
  Question question(address);
  char name[PATH_MAX] = {};
  question.query.vma_name_addr = reinterpret_cast<uint64_t>(name);
  question.query.vma_name_size = sizeof name;
  Result<std::optional<bool>> is_mapped = ask(question);
  if (!is_mapped)
    return is_mapped.take_error();
  if (*is_mapped && **is_mapped)
    return std::optional(MemoryRegion{
        .range = question.range(),
        .is_readable = question.has(vma_readable),
        .is_writable = question.has(vma_writable),
        .is_executable = question.has(vma_executable),
        .is_shared = question.has(vma_shared),
        .file_offset = question.query.vma_offset,
        .device_major = question.query.dev_major,
        .device_minor = question.query.dev_minor,
        .inode = question.query.inode,
        .path = name,
    });
  if (*is_mapped)
    return std::optional<MemoryRegion>();
  Result<const MemoryRegion *> region = look_up(address);
  if (!region)
    return region.take_error();
  return *region ? std::optional(**region) : std::nullopt;
}

} // namespace care::runtime
