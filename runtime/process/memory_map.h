// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory map of the target: /proc/PID/maps parsed, and a quick question
// about a single address for use while the target is stopped.
#ifndef LIBCARE_RUNTIME_PROCESS_MEMORY_MAP_H
#define LIBCARE_RUNTIME_PROCESS_MEMORY_MAP_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

struct MemoryRegion {
  AddressRange range;
  bool is_readable = false;
  bool is_writable = false;
  bool is_executable = false;
  bool is_shared = false;
  uint64_t file_offset = 0;
  uint32_t device_major = 0;
  uint32_t device_minor = 0;
  uint64_t inode = 0; // 0: no file
  // Without the kernel's " (deleted)"; "[stack]", "[heap]", "" for anonymous.
  std::string path;
  bool is_deleted = false;

  bool is_file() const { return inode != 0; }
  bool is_accessible() const {
    return is_readable || is_writable || is_executable;
  }
  bool operator==(const MemoryRegion &) const = default;
};

class MemoryMap {
public:
  // The text of /proc/PID/maps.
  static Result<MemoryMap> parse(std::string_view text);
  static Result<MemoryMap> read(pid_t pid);

  std::span<const MemoryRegion> regions() const { return regions_; }
  // The region that holds `address`, or nullptr.
  const MemoryRegion *find(RemoteAddress address) const;

  // What was mapped since the map was read.
  void add(MemoryRegion region);

  // A free place of `size_bytes` (rounded up to pages) such that no byte of it
  // is further than `max_distance` from any byte of `near`; the closest one.
  // It keeps a guard distance from stacks, which grow down,
  // and from the end of the heap, which grows up. Meant for mmap with
  // MAP_FIXED_NOREPLACE: the target runs, so the place may be taken by then.
  std::optional<RemoteAddress> find_gap(AddressRange near, uint64_t size_bytes,
                                        uint64_t max_distance,
                                        uint64_t page_size = 4096) const;

private:
  std::vector<MemoryRegion> regions_; // ascending
};

// Which mapping holds an address, asked one address at a time. Since Linux
// 6.11 the kernel answers this for one address (PROCMAP_QUERY); before, the
// whole map is read at the first question and kept: refresh() drops it.
class MappingQuery {
public:
  static Result<MappingQuery> open(pid_t pid);

  struct Mapping {
    AddressRange range;
    bool is_readable = false;
    bool is_writable = false;
  };
  // Nothing if `address` is not mapped.
  Result<std::optional<Mapping>> find(RemoteAddress address);
  // The same with all that is known of it, which takes longer.
  Result<std::optional<MemoryRegion>> find_region(RemoteAddress address);
  void refresh() { map_.reset(); }

private:
  struct Question;
  // False: not mapped. Nothing: the kernel has no such question.
  Result<std::optional<bool>> ask(Question &question);
  Result<const MemoryRegion *> look_up(RemoteAddress address);

  MappingQuery(pid_t pid, UniqueFd fd) : pid_(pid), fd_(std::move(fd)) {}

  pid_t pid_;
  UniqueFd fd_; // /proc/PID/maps
  bool has_query_ = true;
  std::optional<MemoryMap> map_;
};

} // namespace care::runtime

#endif
