// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Line numbers stay as they were before a patch, and a #line directive never
// lands where it would change what the source means.

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wrapper/patch_make/line_diff.h"
#include "wrapper/patch_make/line_keeper.h"

using namespace care::patch_make;

// `old_lines` with the hunks carried out.
static std::string apply(const std::vector<LineHunk> &hunks,
                         const std::vector<std::string_view> &old_lines,
                         const std::vector<std::string_view> &new_lines) {
  std::string result;
  size_t at = 0;
  for (const LineHunk &hunk : hunks) {
    while (at < hunk.old_first)
      result += old_lines[at++];
    for (size_t i = hunk.new_first; i < hunk.new_last; ++i)
      result += new_lines[i];
    at = hunk.old_last;
  }
  while (at < old_lines.size())
    result += old_lines[at++];
  return result;
}

TEST(LineDiff, LastLineWithoutNewline) {
  EXPECT_EQ(split_lines("a\nb").size(), 2u);
  EXPECT_EQ(split_lines("a\nb\n").size(), 2u);
  EXPECT_TRUE(split_lines("").empty());
}

TEST(LineDiff, SmallestHunks) {
  std::vector<LineHunk> hunks =
      diff_lines(split_lines("a\nb\nc\nd\n"), split_lines("a\nx\nc\nd\ny\n"));
  ASSERT_EQ(hunks.size(), 2u);
  EXPECT_EQ(hunks[0].old_first, 1u);
  EXPECT_EQ(hunks[0].new_last, 2u);
  EXPECT_EQ(hunks[1].old_first, 4u);
  EXPECT_EQ(hunks[1].new_last, 5u);
}

TEST(LineDiff, HunksTurnOldIntoNewForRandomTexts) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string old_text, new_text;
    for (auto i = random() % 12; i > 0; --i)
      old_text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
    for (auto i = random() % 12; i > 0; --i)
      new_text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
    std::vector<std::string_view> old_lines = split_lines(old_text);
    std::vector<std::string_view> new_lines = split_lines(new_text);
    EXPECT_EQ(apply(diff_lines(old_lines, new_lines), old_lines, new_lines),
              new_text)
        << "from\n"
        << old_text;
  }
}

TEST(LineDiff, TextsWithNothingInCommonAreOneHunk) {
  std::string old_text, new_text;
  for (int i = 0; i < 5000; ++i) {
    old_text += "old " + std::to_string(i) + "\n";
    new_text += "new " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(diff_lines(split_lines(old_text), split_lines(new_text)).size(),
            1u);
}

// --- where directives go

TEST(LineKeeper, AfterAHunkThatAddsLines) {
  EXPECT_EQ(keep_line_numbers("a;\nb;\nc;\n", "a;\nx;\ny;\nb;\nc;\n"),
            "a;\nx;\ny;\n#line 2\nb;\nc;\n");
}

TEST(LineKeeper, AfterAHunkThatRemovesLines) {
  EXPECT_EQ(keep_line_numbers("a;\nb;\nc;\nd;\n", "a;\nd;\n"),
            "a;\n#line 4\nd;\n");
}

TEST(LineKeeper, NotWhereTheNumberOfLinesIsTheSame) {
  EXPECT_EQ(keep_line_numbers("a;\nb;\nc;\n", "a;\nx;\nc;\n"), "a;\nx;\nc;\n");
}

TEST(LineKeeper, NotAtTheEndOfTheFile) {
  EXPECT_EQ(keep_line_numbers("a;\n", "a;\nb;\n"), "a;\nb;\n");
}

TEST(LineKeeper, NotInsideAMacro) {
  EXPECT_EQ(keep_line_numbers("#define M \\\n  a \\\n  b\nx;\n",
                              "#define M \\\n  new \\\n  a \\\n  b\nx;\n"),
            "#define M \\\n  new \\\n  a \\\n  b\n#line 4\nx;\n");
}

TEST(LineKeeper, NotInsideAComment) {
  EXPECT_EQ(
      keep_line_numbers("/* a\n b\n c */\nx;\n", "/* a\n new\n b\n c */\nx;\n"),
      "/* a\n new\n b\n c */\n#line 4\nx;\n");
}

TEST(LineKeeper, NotInsideMacroArguments) {
  EXPECT_EQ(keep_line_numbers("M(a,\n  b);\nx;\n", "M(a,\n  new,\n  b);\nx;\n"),
            "M(a,\n  new,\n  b);\n#line 3\nx;\n");
}

TEST(LineKeeper, NotInsideARawString) {
  EXPECT_EQ(keep_line_numbers("s = R\"x(\n a)\" \n)x\";\ny;\n",
                              "s = R\"x(\n new\n a)\" \n)x\";\ny;\n"),
            "s = R\"x(\n new\n a)\" \n)x\";\n#line 4\ny;\n");
}

TEST(LineKeeper, NotInAListOfEnumerators) {
  EXPECT_EQ(keep_line_numbers("enum e {\n a,\n b\n};\nint x;\n",
                              "enum e {\n a,\n n,\n b\n};\nint x;\n"),
            "enum e {\n a,\n n,\n b\n};\n#line 5\nint x;\n");
  // What returns one has a body like any other.
  EXPECT_EQ(keep_line_numbers("enum e f(void) {\n g();\n}\n",
                              "enum e f(void) {\n n();\n g();\n}\n"),
            "enum e f(void) {\n n();\n#line 2\n g();\n}\n");
}

TEST(LineKeeper, QuotesAndParenthesesInLiteralsAndCommentsDoNotCount) {
  std::string before = "f('(', \"/* (\", 1'000); // don't (\n";
  EXPECT_EQ(keep_line_numbers(before + "a;\n", before + "new;\na;\n"),
            before + "new;\n#line 2\na;\n");
}

TEST(LineKeeper, ApostropheInSkippedTextEndsWithItsLine) {
  std::string before = "#error don't\n";
  EXPECT_EQ(keep_line_numbers(before + "a;\n", before + "new;\na;\n"),
            before + "new;\n#line 2\na;\n");
}

// The directive in the group is skipped if A is not defined.
TEST(LineKeeper, AgainAfterAConditionalGroup) {
  EXPECT_EQ(keep_line_numbers("#ifdef A\na;\n#else\nb;\n#endif\nc;\n",
                              "#ifdef A\nnew;\na;\n#else\nb;\n#endif\nc;\n"),
            "#ifdef A\nnew;\n#line 2\na;\n#else\n#line 4\nb;\n#endif\n"
            "#line 6\nc;\n");
}

TEST(LineKeeper, BranchesWithOneParenthesisEachDoNotAddUp) {
  std::string before = "#ifdef A\nif (a &&\n#else\nif (\n#endif\n b)\n";
  EXPECT_EQ(keep_line_numbers(before + "x;\n", before + "new;\nx;\n"),
            before + "new;\n#line 7\nx;\n");
}

TEST(LineKeeper, KeepsTheKindOfNewlines) {
  EXPECT_EQ(keep_line_numbers("a;\r\nb;\r\n", "a;\r\nx;\r\nb;\r\n"),
            "a;\r\nx;\r\n#line 2\r\nb;\r\n");
}

TEST(LineKeeper, OnlySourcesOfCAndCPlusPlus) {
  EXPECT_TRUE(is_c_source("src/a.c"));
  EXPECT_TRUE(is_c_source("a.hpp"));
  EXPECT_FALSE(is_c_source("src.c/Makefile"));
  EXPECT_FALSE(is_c_source("a.S"));
  EXPECT_FALSE(is_c_source("c"));
}
