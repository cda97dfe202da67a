// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each line of the patched file that is paired is equal to its partner, pairs
// ascend, and lines around an edit keep their partners.

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugin/line_match.h"

using namespace care::plugin;
using Lines = std::vector<uint32_t>;

TEST(LineMatch, InsertedAndRemovedLines) {
  EXPECT_EQ(match_lines({1, 2, 3}, {1, 9, 2, 3}), (Lines{1, 0, 2, 3}));
  EXPECT_EQ(match_lines({1, 2, 3, 4}, {1, 4}), (Lines{1, 4}));
  EXPECT_EQ(match_lines({1, 2, 3}, {7, 8}), (Lines{0, 0}));
  EXPECT_EQ(match_lines({}, {1}), (Lines{0}));
}

// Two edits with equal lines (braces, empty ones) everywhere.
TEST(LineMatch, SeveralEditsAmongEqualLines) {
  EXPECT_EQ(match_lines({10, 0, 11, 0, 12, 0, 13, 0},
                        {10, 5, 0, 11, 0, 12, 6, 0, 13, 0}),
            (Lines{1, 0, 2, 3, 4, 5, 0, 6, 7, 8}));
}

TEST(LineMatch, MovedLineIsNewAtItsPlace) {
  EXPECT_EQ(match_lines({1, 2, 3, 4, 5}, {1, 3, 4, 2, 5}),
            (Lines{1, 3, 4, 0, 5}));
}

TEST(LineMatch, RandomEdits) {
  std::mt19937 engine(1);
  auto random = [&] { return static_cast<uint32_t>(engine()); };
  for (int round = 0; round < 200; round++) {
    Lines before(random() % 60);
    for (uint32_t &line : before)
      line = random() % 30;
    Lines now = before;
    for (unsigned edits = random() % 6; edits != 0; edits--) {
      auto at = now.begin() + static_cast<long>(random() % (now.size() + 1));
      if (random() % 2 || at == now.end())
        now.insert(at, 100 + random() % 30);
      else
        now.erase(at);
    }
    Lines lines = match_lines(before, now);
    ASSERT_EQ(lines.size(), now.size());
    uint32_t last = 0;
    for (size_t i = 0; i < lines.size(); i++) {
      if (lines[i] == 0)
        continue;
      ASSERT_GT(lines[i], last);
      last = lines[i];
      ASSERT_EQ(before[last - 1], now[i]);
    }
  }
}

TEST(LineMatch, FingerprintsOfLines) {
  Lines lines = line_fingerprints("a\nb\na");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], lines[2]);
  EXPECT_NE(lines[0], lines[1]);
}
