// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is left of a range when others are taken out of it, and which pages of a
// large mapping are there.

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

TEST(Holes, LeaveWhatIsOutside) {
  Holes holes({range(50, 60), range(20, 30)});
  EXPECT_EQ(holes.outside(range(0, 100)),
            (Ranges{range(0, 20), range(30, 50), range(60, 100)}));
  EXPECT_EQ(holes.outside(range(25, 55)), (Ranges{range(30, 50)}));
  EXPECT_EQ(holes.outside(range(30, 50)), (Ranges{range(30, 50)}));
  EXPECT_EQ(holes.outside(range(52, 58)), Ranges());
}

TEST(Holes, MayOverlapOrTouch) {
  Holes holes({range(10, 40), range(20, 30), range(40, 50), range(45, 45)});
  EXPECT_EQ(holes.outside(range(0, 60)), (Ranges{range(0, 10), range(50, 60)}));
  EXPECT_TRUE(holes.contain(range(15, 48)));
  EXPECT_FALSE(holes.contain(range(15, 51)));
  EXPECT_FALSE(holes.contain(range(5, 8)));
}

TEST(Holes, NoneLeaveAll) {
  EXPECT_EQ(Holes().outside(range(1, 2)), (Ranges{range(1, 2)}));
  EXPECT_FALSE(Holes().contain(range(1, 2)));
}

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
