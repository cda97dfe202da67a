// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which pages of a large mapping are there.

#include "runtime/process/resident_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace care::runtime {
namespace {

AddressRange range(uint64_t start, uint64_t end) {
  return {RemoteAddress(start), RemoteAddress(end)};
}

using Ranges = std::vector<AddressRange>;

// As sanitizers have it for their shadow memory: page by page it would take
// minutes.
TEST(ResidentMemory, OfFourTerabytes) {
  constexpr size_t size_bytes = size_t{4} << 40;
  void *mapping = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    GTEST_SKIP() << "no address space";
  madvise(mapping, size_bytes, MADV_NOHUGEPAGE);
  auto start = reinterpret_cast<uint64_t>(mapping);
  uint64_t middle = start + size_bytes / 2, last = start + size_bytes - 4096;
  for (uint64_t page : {start, middle, middle + 4096, last})
    *reinterpret_cast<volatile char *>(page) = 1;
  EXPECT_EQ(ResidentMemory(getpid()).find(range(start, start + size_bytes)),
            (Ranges{range(start, start + 4096), range(middle, middle + 8192),
                    range(last, last + 4096)}));
  munmap(mapping, size_bytes);
}

} // namespace
} // namespace care::runtime
