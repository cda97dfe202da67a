// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is left of a range when others are taken out of it.

#include "runtime/process/holes.h"

#include <gtest/gtest.h>

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

} // namespace
} // namespace care::runtime
