// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A new label must not make the lines below look changed, and no two labels may
// end up with one name.

#include <gtest/gtest.h>

#include "wrapper/patch_make/label_alignment.h"

using care::CodeChange;
using care::patch_make::align_labels;

using Lines = std::vector<std::string>;

static Lines aligned(Lines before, Lines after) {
  CodeChange code{"replaced", "f", "edited", ""};
  code.before = std::move(before);
  code.after = std::move(after);
  align_labels(code);
  return code.after;
}

TEST(LabelAlignment, LabelsBelowANewOneKeepTheirNames) {
  EXPECT_EQ(
      aligned({"je      .L1", "nop", ".L1:", "jmp     *.Ltable2(,%rax,8)"},
              {"js      .L1", "ret", "je      .L2", "nop",
               ".L2:", "jmp     *.Ltable3(,%rax,8)", ".L1:"}),
      (Lines{"js      .L3", "ret", "je      .L1", "nop",
             ".L1:", "jmp     *.Ltable2(,%rax,8)", ".L3:"}));
}

TEST(LabelAlignment, OneNameStaysOneLabel) {
  // Both jumps go to one place now: they cannot keep two names.
  EXPECT_EQ(aligned({"je      .L1", "jne     .L2", ".L1:", ".L2:"},
                    {"je      .L1", "jne     .L1", ".L1:"}),
            (Lines{"je      .L1", "jne     .L1", ".L1:"}));
  EXPECT_EQ(aligned({"je      .L1", "jne     .L1", ".L1:"},
                    {"je      .L1", "jne     .L2", ".L1:", ".L2:"}),
            (Lines{"je      .L1", "jne     .L2", ".L1:", ".L2:"}));
}

TEST(LabelAlignment, StringsAreLeftAlone) {
  EXPECT_EQ(
      aligned({"leaq    {\"\\\".L7\"}(%rip), %rdi", "jmp     .L1"},
              {"nop", "leaq    {\"\\\".L7\"}(%rip), %rdi", "jmp     .L5"}),
      (Lines{"nop", "leaq    {\"\\\".L7\"}(%rip), %rdi", "jmp     .L1"}));
}
