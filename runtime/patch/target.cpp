// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading what a process is like, and the lock against a second libcare-ctl.
//
// The lock is an abstract socket address: the kernel gives it to one process
// at a time and takes it back when that process dies, however it dies.

#include "runtime/patch/target.h"

#include "runtime/process/shared_memory.h"
#include "runtime/process/stopped_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

namespace care::runtime {

std::string describe_process(pid_t pid) {
  return fmt::format("pid {}", pid);
}

static Result<UniqueFd> lock_process(pid_t pid) {
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open())
    return system_error("cannot create a socket", errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string name = fmt::format("libcare-ctl:{}", pid);
  memcpy(address.sun_path + 1, name.data(), name.size());
  auto length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), length) == 0)
    return fd;
  if (errno == EADDRINUSE)
    return not_safe_now("another libcare-ctl is working on this process")
        .with_code("kpatch-locked")
        .note("nothing was changed; try again when it has finished");
  return system_error("cannot lock the process", errno);
}

// Can a region begin here? Its header is private anonymous memory, readable
// and never executable.
static bool may_hold_header(const MemoryRegion &region) {
  return !region.is_file() && !region.is_shared && region.is_readable &&
         !region.is_executable &&
         (region.path.empty() || region.path.starts_with("[anon:"));
}

// `start` is what the region begins with; a small patch has all of its journal
// there.
static std::optional<PatchRegion> read_region(const RemoteMemory &memory,
                                              RemoteAddress base,
                                              std::span<const uint8_t> start) {
  std::optional<uint64_t> end = find_journal_end(start);
  if (!end)
    return std::nullopt;
  std::vector<uint8_t> whole;
  if (*end > start.size()) {
    Result<std::vector<uint8_t>> bytes = memory.read_bytes(base, *end);
    if (!bytes)
      return std::nullopt;
    whole = std::move(*bytes);
    start = whole;
  }
  std::optional<Journal> journal = decode_journal(start);
  if (!journal)
    return std::nullopt;
  PatchRegion region{.base = base, .header = {}, .journal = {}};
  memcpy(&region.header, start.data(), sizeof region.header);
  region.header.id[sizeof region.header.id - 1] = 0;
  region.header.build_id[sizeof region.header.build_id - 1] = 0;
  region.journal = std::move(*journal);
  return region;
}

Result<std::vector<PatchRegion>> find_patch_regions(const RemoteMemory &memory,
                                                    const MemoryMap &map) {
  std::vector<RemoteAddress> candidates;
  for (const MemoryRegion &region : map.regions())
    if (may_hold_header(region))
      candidates.push_back(region.range.start);

  // A few calls for all of them, however many there are.
  std::vector<uint64_t> words(candidates.size());
  std::vector<MemoryRead> reads;
  for (size_t i = 0; i < candidates.size(); ++i)
    reads.push_back(
        {candidates[i],
         {reinterpret_cast<uint8_t *>(&words[i]), sizeof words[i]}});
  std::vector<size_t> sizes = memory.read_each(reads);
  std::vector<RemoteAddress> bases;
  for (size_t i = 0; i < candidates.size(); ++i)
    if (sizes[i] == sizeof words[i] &&
        memcmp(&words[i], patch_magic, sizeof patch_magic) == 0)
      bases.push_back(candidates[i]);

  std::vector<uint8_t> starts(bases.size() * journal_peek_size);
  auto start_of = [&](size_t i) {
    return std::span(starts).subspan(i * journal_peek_size, journal_peek_size);
  };
  reads.clear();
  for (size_t i = 0; i < bases.size(); ++i)
    reads.push_back({bases[i], start_of(i)});
  sizes = memory.read_each(reads);
  std::vector<PatchRegion> regions;
  for (size_t i = 0; i < bases.size(); ++i) {
    if (sizes[i] < journal_peek_size)
      continue;
    if (std::optional<PatchRegion> region =
            read_region(memory, bases[i], start_of(i)))
      regions.push_back(std::move(*region));
  }
  if (Error gone = memory.check_is_there())
    return gone;
  std::stable_sort(regions.begin(), regions.end(),
                   [](const PatchRegion &a, const PatchRegion &b) {
                     return a.journal.sequence < b.journal.sequence;
                   });
  return regions;
}

Result<std::unique_ptr<Target>> Target::open_read_only(pid_t pid) {
  if (Error error = check_target(pid))
    return error;
  Result<RemoteMemory> memory = RemoteMemory::open(pid);
  if (!memory)
    return memory.take_error();
  std::unique_ptr<Target> target(new Target(std::move(*memory)));
  if (Error error = target->refresh())
    return error;
  Result<std::vector<LoadedObject>> objects =
      find_loaded_objects(target->memory_, target->map_);
  if (!objects)
    return objects.take_error();
  target->objects_ = std::move(*objects);
  return target;
}

Error Target::lock(std::chrono::milliseconds patience) {
  patience_ = patience;
  Result<UniqueFd> lock = lock_process(pid());
  if (!lock)
    return lock.take_error();
  if (Error error = check_memory_is_own(pid()))
    return error;
  lock_ = std::move(*lock);
  MemoryMap before = std::move(map_);
  if (Error error = refresh())
    return error;
  if (std::ranges::equal(before.regions(), map_.regions()))
    return {};
  Result<std::vector<LoadedObject>> objects =
      find_loaded_objects(memory_, map_);
  if (!objects)
    return objects.take_error();
  objects_ = std::move(*objects);
  symbols_.reset();
  return {};
}

Result<const SymbolLookup *> Target::symbols() const {
  if (!symbols_) {
    Result<SymbolLookup> lookup = SymbolLookup::make(memory_, objects_);
    if (!lookup)
      return lookup.take_error();
    symbols_.emplace(std::move(*lookup));
  }
  return &*symbols_;
}

Error Target::refresh() {
  Result<MemoryMap> map = MemoryMap::read(pid());
  if (!map)
    return map.take_error();
  Result<std::vector<PatchRegion>> regions = find_patch_regions(memory_, *map);
  if (!regions)
    return regions.take_error();
  map_ = std::move(*map);
  regions_ = std::move(*regions);
  return {};
}

const LoadedObject *Target::object_of(const PatchRegion &region) const {
  auto object = std::find_if(objects_.begin(), objects_.end(),
                             [&](const LoadedObject &o) {
                               return o.build_id == region.build_id() &&
                                      o.load_bias == region.journal.load_bias;
                             });
  return object == objects_.end() ? nullptr : &*object;
}

} // namespace care::runtime
