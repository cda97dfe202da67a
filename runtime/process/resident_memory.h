// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which pages of the target are there (/proc/PID/pagemap): one that was never
// touched holds nothing.
#ifndef LIBCARE_RUNTIME_PROCESS_RESIDENT_MEMORY_H
#define LIBCARE_RUNTIME_PROCESS_RESIDENT_MEMORY_H

#include <cstdint>
#include <span>
#include <sys/types.h>
#include <vector>

#include "common/unique_fd.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

class ResidentMemory {
public:
  explicit ResidentMemory(pid_t pid);

  // The resident parts of a mapping. Swapped pages count as resident; all of it
  // if the kernel does not tell.
  //
  // What is told of one mapping is read together with what follows, since
  // mappings may be small and many: those of thousands of patches. So an object
  // of this class is good for one look at a process.
  std::vector<AddressRange> find(AddressRange mapping);

private:
  // The entries from `page` (a number) on; none if the kernel does not tell.
  std::span<const uint64_t> entries_from(uint64_t page, size_t wanted);

  UniqueFd pagemap_;
  std::vector<uint64_t> known_;
  uint64_t known_start_ = 0; // number of the first page of `known_`
};

} // namespace care::runtime

#endif
