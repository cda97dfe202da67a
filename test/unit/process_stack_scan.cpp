// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which words count as being inside a function: the ends of its range decide
// whether a thread is held to be safe.

#include <cstring>
#include <gtest/gtest.h>

#include "runtime/process/stack_scan.h"

using namespace care::runtime;

namespace {

const AddressRange two_functions[] = {
    {RemoteAddress(0x5000), RemoteAddress(0x5100)},
    {RemoteAddress(0x1000), RemoteAddress(0x1010)},
};

TEST(CodeRanges, ProgramCounterIsFromStartToBeforeEnd) {
  CodeRanges ranges(two_functions);
  ASSERT_NE(ranges.find_pc(0x5000), nullptr);
  EXPECT_EQ(*ranges.find_pc(0x5000), 0u);
  EXPECT_EQ(*ranges.find_pc(0x100f), 1u);
  EXPECT_EQ(ranges.find_pc(0x5100), nullptr);
  EXPECT_EQ(ranges.find_pc(0x0fff), nullptr);
}

TEST(CodeRanges, ReturnAddressIsBehindTheStartUpToTheEnd) {
  CodeRanges ranges(two_functions);
  // A pointer to the function itself is no return address in it ...
  EXPECT_EQ(ranges.find_return_address(0x5000), nullptr);
  // ... but the end is, when a call is the last instruction.
  ASSERT_NE(ranges.find_return_address(0x5100), nullptr);
  EXPECT_EQ(*ranges.find_return_address(0x5100), 0u);
  EXPECT_TRUE(ranges.may_contain(0x5100));
}

TEST(CodeRanges, EmptyListContainsNothing) {
  CodeRanges ranges(std::span<const AddressRange>{});
  EXPECT_TRUE(ranges.is_empty());
  EXPECT_EQ(ranges.find_pc(0), nullptr);
}

TEST(StackScan, TellsWhereAWordWas) {
  CodeRanges ranges(two_functions);
  uint64_t words[] = {7, 0x5000, 0x1004, 0x5100};
  StackCopy stack;
  stack.start = RemoteAddress(0x7000);
  stack.bytes.resize(sizeof words);
  stack.size_bytes = sizeof words;
  memcpy(stack.bytes.data(), words, sizeof words);
  std::vector<ScanHit> hits;
  scan_stack(stack, ranges, hits);
  ASSERT_EQ(hits.size(), 2u);
  EXPECT_EQ(hits[0].location.value(), 0x7010u);
  EXPECT_EQ(hits[0].range_index, 1u);
  EXPECT_EQ(hits[1].value.value(), 0x5100u);
}

} // namespace
