// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several patches on one function: whichever are on, the entry leads to the
// newest of them, and to the original when none is. And the code that no
// thread may be in is what the entry led to before.

#include "runtime/patch/activation.h"

#include <gtest/gtest.h>

using namespace care::runtime;

namespace {

constexpr uint64_t entry_address = 0x401000;

// A region that replaces the function at entry_address; `number` is in all of
// its bytes and addresses.
PatchRegion make_region(uint8_t number) {
  PatchRegion region{.base = RemoteAddress(0x500000 + number * 0x10000u),
                     .header = {},
                     .journal = {}};
  Journal &journal = region.journal;
  journal.state = PatchState::Applied;
  journal.sequence = number;
  journal.text_offset = 0x1000;
  journal.text_size = 0x100;
  journal.region_size = 0x4000;
  JournalSite site{.name = "f",
                   .address = entry_address,
                   .function = entry_address,
                   .replacement = region.base.value() + 0x1000,
                   .jump_size = 5,
                   .original = {1, 1, 1, 1, 1},
                   .jump = {number, number, number, number, number}};
  journal.sites.push_back(site);
  journal.ranges.push_back({entry_address, 64, 0, false});
  journal.ranges.push_back({site.replacement, 32, 0, true});
  return region;
}

const PatchRegion first = make_region(10), second = make_region(20);
const PatchRegion *const both[] = {&first, &second};

Activation change(std::vector<bool> before, std::vector<bool> after) {
  return plan_activation(both, before, after);
}

TEST(Activation, FirstPatchGuardsTheOriginal) {
  Activation activation = change({false, false}, {true, false});
  ASSERT_EQ(activation.entries.size(), 1u);
  EXPECT_EQ(activation.entries[0].before[0], 1);
  EXPECT_EQ(activation.entries[0].after[0], 10);
  ASSERT_EQ(activation.guarded.size(), 1u);
  EXPECT_EQ(activation.guarded[0].range.start, RemoteAddress(entry_address));
}

TEST(Activation, SecondPatchGuardsTheFirstOnesReplacement) {
  Activation activation = change({true, false}, {true, true});
  ASSERT_EQ(activation.entries.size(), 1u);
  EXPECT_EQ(activation.entries[0].before[0], 10);
  EXPECT_EQ(activation.entries[0].after[0], 20);
  ASSERT_EQ(activation.guarded.size(), 1u);
  EXPECT_EQ(activation.guarded[0].range.start, first.text().start);
}

TEST(Activation, RemovingTheOlderLeavesTheEntryAlone) {
  Activation activation = change({true, true}, {false, true});
  EXPECT_TRUE(activation.entries.empty());
  // All code of the removed patch, named functions and the rest, no overlap.
  ASSERT_EQ(activation.guarded.size(), 2u);
  EXPECT_EQ(activation.guarded[0].range.start, first.text().start);
  EXPECT_EQ(activation.guarded[0].range.end, activation.guarded[1].range.start);
  EXPECT_EQ(activation.guarded[1].range.end, first.text().end);
}

TEST(Activation, RemovingTheNewerShowsTheOlder) {
  Activation activation = change({true, true}, {true, false});
  ASSERT_EQ(activation.entries.size(), 1u);
  EXPECT_EQ(activation.entries[0].after[0], 10);
}

TEST(Activation, RemovingBothGivesTheOriginalBack) {
  Activation activation = change({true, true}, {false, false});
  ASSERT_EQ(activation.entries.size(), 1u);
  EXPECT_EQ(activation.entries[0].before[0], 20);
  EXPECT_EQ(activation.entries[0].after[0], 1);
}

} // namespace
