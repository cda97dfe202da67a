// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The files that a unified diff is about are found as patch(1) finds them.

#include <gtest/gtest.h>

#include "wrapper/patch_make/patch_text.h"

using namespace care::patch_make;

TEST(PatchText, NamesEndAtTheTimestamp) {
  auto sections = parse_unified_diff("Text before.\n"
                                     "--- foo.c\t2016-07-04 14:49:21 +0300\n"
                                     "+++ my bar.c\t2016-07-04 14:50:36 +0300\n"
                                     "@@ -1,2 +1,2 @@ int main(void)\n"
                                     "-a\n+b\n c\n");
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].header_line, 1u);
  EXPECT_EQ(sections[0].old_name, "foo.c");
  EXPECT_EQ(sections[0].new_name, "my bar.c");
  EXPECT_FALSE(sections[0].is_creation);
}

// A removed line `-- a` followed by an added one `++ b`.
TEST(PatchText, LinesOfAHunkAreNoHeaders) {
  auto sections = parse_unified_diff("--- a/x\n+++ b/x\n"
                                     "@@ -1,2 +1,2 @@\n"
                                     "--- a\n+++ b\n c\n"
                                     "@@ -9 +9 @@\n-q\n+r\n"
                                     "--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n");
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[1].old_name, "a/y");
}

TEST(PatchText, NewFiles) {
  auto sections =
      parse_unified_diff("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_TRUE(sections[0].is_creation);
}

TEST(PatchText, ComponentsCountAsForPatch) {
  EXPECT_EQ(strip_components("a/b/c", 1), "b/c");
  EXPECT_EQ(strip_components("a//b", 1), "b");
  EXPECT_EQ(strip_components("foo.c", 1), std::nullopt);
  EXPECT_EQ(strip_components("foo.c", 0), "foo.c");
}

TEST(PatchText, RenamedHeadersKeepTheRest) {
  EXPECT_EQ(rename_sections("x\n--- foo.c\n+++ bar.c\n@@ -1 +1 @@\n-a\n+b\n",
                            {{1, "foo.c"}}),
            "x\n--- a/foo.c\n+++ b/foo.c\n@@ -1 +1 @@\n-a\n+b\n");
}

TEST(PatchText, RenamedDeletionStaysADeletion) {
  EXPECT_EQ(rename_sections("--- foo.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
                            {{0, "foo.c"}}),
            "--- a/foo.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
}
