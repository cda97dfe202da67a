// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known of one process before anything is done to it: memory, map,
// objects, and the patches that it already carries. Read without stopping it.
#ifndef LIBCARE_RUNTIME_PATCH_TARGET_H
#define LIBCARE_RUNTIME_PATCH_TARGET_H

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/patch_format.h"
#include "common/result.h"
#include "common/unique_fd.h"
#include "runtime/patch/journal.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/symbol_lookup.h"

namespace care::runtime {

// The memory of one patch in the target.
struct PatchRegion {
  RemoteAddress base; // of the header
  PatchHeader header;
  Journal journal;

  std::string_view id() const { return header.id; }
  std::string_view build_id() const { return header.build_id; }
  AddressRange text() const {
    RemoteAddress start = base + journal.text_offset;
    return {start, start + journal.text_size};
  }
  // The unwind tables, up to the end of their mapping at most; they end at a
  // zero length. Nothing if the patch has none.
  std::optional<AddressRange> eh_frame() const {
    if (journal.eh_frame == 0)
      return std::nullopt;
    return AddressRange{RemoteAddress(journal.eh_frame),
                        base + journal.data_offset};
  }
  // The guard page included: what munmap gets.
  AddressRange whole() const {
    return {base - journal.guard_size, base + journal.region_size};
  }
};

// Finds the regions by the magic at the start of anonymous mappings, in order
// of application.
Result<std::vector<PatchRegion>> find_patch_regions(const RemoteMemory &memory,
                                                    const MemoryMap &map);

// Does not move: SymbolLookup, Unwinder and others point into it.
class Target {
public:
  // For looking. Refuses what is never patched.
  static Result<std::unique_ptr<Target>> open_read_only(pid_t pid);
  // For working on it: only one libcare-ctl at a time does. NotSafeNow if
  // another one does; and looks again, since it may have done so meanwhile.
  // What has to wait for the process waits as long as `patience`.
  Error lock(std::chrono::milliseconds patience);
  Target(const Target &) = delete;
  Target &operator=(const Target &) = delete;

  pid_t pid() const { return memory_.pid(); }
  std::chrono::milliseconds patience() const { return patience_; }
  const RemoteMemory &memory() const { return memory_; }
  const MemoryMap &map() const { return map_; }
  std::span<const LoadedObject> objects() const { return objects_; }
  const std::vector<PatchRegion> &regions() const { return regions_; }

  // Reads the map and the regions again, after we have changed them.
  Error refresh();
  // How symbols of the process are found; made at the first call.
  Result<const SymbolLookup *> symbols() const;
  // The object that a region patches; nullptr if it was unloaded.
  const LoadedObject *object_of(const PatchRegion &region) const;

private:
  explicit Target(RemoteMemory memory) : memory_(std::move(memory)) {}

  UniqueFd lock_;
  std::chrono::milliseconds patience_{0};
  RemoteMemory memory_;
  MemoryMap map_;
  std::vector<LoadedObject> objects_;
  std::vector<PatchRegion> regions_;
  mutable std::optional<SymbolLookup> symbols_;
};

// "pid 4711"
std::string describe_process(pid_t pid);

} // namespace care::runtime

#endif
