// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is written about a unit is read back, whatever characters are in it.

#include <gtest/gtest.h>

#include "common/unit_changes.h"

using namespace care;

TEST(UnitChanges, AreReadBackAsTheyWere) {
  UnitChanges unit;
  unit.id = "0123456789abcdef";
  unit.output = "a\tb.o";
  unit.source = "back\\slash.c";
  unit.functions.push_back({"replaced",
                            "f",
                            "edited",
                            "a.c:1",
                            {"movl    $1, %eax", "ret"},
                            {"movl    $2, %eax", "ret"}});
  unit.functions.push_back({"new", "g", "new", "", {}, {"nop", "line\nbreak"}});
  unit.new_variables = {"v"};
  unit.removed_variables = {"old"};
  unit.warnings.push_back({"kpatch-main", "says", "a.c:2", {"one", "two"}});
  unit.refusals.push_back({"kpatch-x", "no", "", {"then"}});

  Result<UnitChanges> read = parse_changes(format_changes(unit));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->output, unit.output);
  EXPECT_EQ(read->source, unit.source);
  ASSERT_EQ(read->functions.size(), 2u);
  EXPECT_EQ(read->functions[0].before, unit.functions[0].before);
  EXPECT_EQ(read->functions[1].after, unit.functions[1].after);
  EXPECT_EQ(read->warnings.at(0).notes, unit.warnings[0].notes);
  EXPECT_EQ(read->refusals.at(0).notes, unit.refusals[0].notes);
  EXPECT_EQ(format_changes(*read), format_changes(unit));
}

TEST(UnitChanges, FirstDifference) {
  CodeChange code;
  EXPECT_EQ(code.first_difference(), 0u);
  code.before = {"a", "b", "c"};
  code.after = {"a", "x", "c"};
  EXPECT_EQ(code.first_difference(), 1u);
  code.after = {"a", "b"};
  EXPECT_EQ(code.first_difference(), 2u);
}

TEST(UnitChanges, OtherFilesAreRefused) {
  EXPECT_FALSE(parse_changes("facts\t1\n"));
  EXPECT_FALSE(parse_changes(""));
  // A line of a later version, lines without their owner.
  Result<UnitChanges> read =
      parse_changes("changes\t1\nlater\tx\nnote\ty\n-\tz\n+\nfunction");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->functions.size(), 1u);
}
