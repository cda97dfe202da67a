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

// Ranges to be left out of others: thousands, if a process has as many patches.
class Holes {
public:
  Holes() = default;
  // In any order; they may overlap.
  explicit Holes(std::vector<AddressRange> ranges);

  std::vector<AddressRange> outside(AddressRange part) const;
  bool contain(AddressRange part) const;

private:
  // The first that ends behind `address`.
  std::vector<AddressRange>::const_iterator first_behind(RemoteAddress) const;

  std::vector<AddressRange> ranges_; // ascending, with space between them
};

// What glibc mixes into the pointers that setjmp saves: the second word of the
// random bytes from the kernel (AT_RANDOM). Zero if it cannot be found out.
uint64_t read_pointer_guard(const RemoteMemory &memory);

} // namespace care::runtime

#endif
