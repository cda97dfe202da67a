// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which pages of the target are there (/proc/PID/pagemap): one that was never
// touched holds nothing. And what the process was given at its start.
#ifndef LIBCARE_RUNTIME_PROCESS_RESIDENT_MEMORY_H
#define LIBCARE_RUNTIME_PROCESS_RESIDENT_MEMORY_H

#include <cstdint>
#include <span>
#include <sys/types.h>
#include <vector>

#include "common/unique_fd.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

class ResidentMemory {
public:
  explicit ResidentMemory(pid_t pid);

  // The resident parts of a mapping. Swapped pages count as resident; all of it
  // if the kernel does not tell.
  std::vector<AddressRange> find(AddressRange mapping) const;

private:
  UniqueFd pagemap_;
};

std::vector<AddressRange> without(AddressRange part,
                                  std::span<const AddressRange> holes);

// What glibc mixes into the pointers that setjmp saves: the second word of the
// random bytes from the kernel (AT_RANDOM). Zero if it cannot be found out.
uint64_t read_pointer_guard(const RemoteMemory &memory);

} // namespace care::runtime

#endif
