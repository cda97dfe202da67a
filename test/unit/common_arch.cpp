// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instruction encoders and recognisers of both architectures, checked against
// bytes that an assembler made (binutils 2.40; the instruction is beside it).
#include "common/arch/arch.h"

#include <vector>

#include <gtest/gtest.h>

namespace care {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(ArchX86, JumpForwardsAndBackwards) {
  Bytes out(X86_64::jump_size);
  ASSERT_TRUE(X86_64::encode_jump(out, 0x1000, 0x2000));
  EXPECT_EQ(out, (Bytes{0xe9, 0xfb, 0x0f, 0x00, 0x00})); // jmp .+0x1000
  ASSERT_TRUE(X86_64::encode_jump(out, 0x2000, 0x1000));
  EXPECT_EQ(out, (Bytes{0xe9, 0xfb, 0xef, 0xff, 0xff})); // jmp .-0x1000
}

TEST(ArchX86, JumpRangeIsTwoGibibytesFromTheNextInstruction) {
  constexpr uint64_t from = uint64_t{1} << 40;
  EXPECT_TRUE(X86_64::is_in_jump_range(from, from + 5 + 0x7fffffff));
  EXPECT_FALSE(X86_64::is_in_jump_range(from, from + 5 + 0x80000000));
  EXPECT_TRUE(X86_64::is_in_jump_range(from, from + 5 - 0x80000000));
  EXPECT_FALSE(X86_64::is_in_jump_range(from, from + 5 - 0x80000001));
  Bytes out(X86_64::jump_size);
  EXPECT_FALSE(X86_64::encode_jump(out, 0, from));
}

TEST(ArchX86, FarJumpHoldsTheWholeAddress) {
  Bytes out(X86_64::far_jump_size);
  X86_64::encode_far_jump(out, 0x1122334455667788);
  EXPECT_EQ(out, (Bytes{0xff, 0x25, 0x00, 0x00, 0x00, 0x00, // jmp *0(%rip)
                        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}));
}

TEST(ArchX86, EntryKeepsEndbr) {
  EXPECT_EQ(X86_64::entry_skip(Bytes{0xf3, 0x0f, 0x1e, 0xfa, 0x90}), 4u);
  EXPECT_EQ(X86_64::entry_skip(Bytes{0x55, 0x48, 0x89, 0xe5}), 0u);
  EXPECT_EQ(X86_64::entry_skip(Bytes{0xf3, 0x0f}), 0u);
}

TEST(ArchX86, RecognisesCalls) {
  const Bytes calls[] = {
      {0xe8, 0x01, 0x02, 0x03, 0x04},             // call rel32
      {0xff, 0xd0},                               // call *%rax
      {0x41, 0xff, 0xd3},                         // call *%r11
      {0xff, 0x50, 0x08},                         // call *8(%rax)
      {0xff, 0x14, 0xc8},                         // call *(%rax,%rcx,8)
      {0xff, 0x54, 0x24, 0x10},                   // call *16(%rsp)
      {0xff, 0x15, 0x10, 0x20, 0x00, 0x00},       // call *x(%rip)
      {0xff, 0x90, 0x00, 0x01, 0x00, 0x00},       // call *256(%rax)
      {0xff, 0x94, 0x24, 0x00, 0x01, 0x00, 0x00}, // call *256(%rsp)
  };
  for (const Bytes &code : calls)
    EXPECT_TRUE(X86_64::ends_with_call(code)) << testing::PrintToString(code);
  EXPECT_FALSE(X86_64::ends_with_call(Bytes{0x90, 0x90, 0x90, 0x90, 0x90}));
  EXPECT_FALSE(X86_64::ends_with_call(Bytes{}));
}

TEST(ArchArm64, JumpForwardsAndBackwards) {
  Bytes out(Aarch64::jump_size);
  ASSERT_TRUE(Aarch64::encode_jump(out, 0x1000, 0x2000));
  EXPECT_EQ(out, (Bytes{0x00, 0x04, 0x00, 0x14})); // b .+0x1000
  ASSERT_TRUE(Aarch64::encode_jump(out, 0x2000, 0x1000));
  EXPECT_EQ(out, (Bytes{0x00, 0xfc, 0xff, 0x17})); // b .-0x1000
}

TEST(ArchArm64, JumpRangeIs128Mebibytes) {
  constexpr uint64_t from = uint64_t{1} << 40;
  EXPECT_TRUE(Aarch64::is_in_jump_range(from, from + 0x7fffffc));
  EXPECT_FALSE(Aarch64::is_in_jump_range(from, from + 0x8000000));
  EXPECT_TRUE(Aarch64::is_in_jump_range(from, from - 0x8000000));
  EXPECT_FALSE(Aarch64::is_in_jump_range(from, from - 0x8000004));
  EXPECT_FALSE(Aarch64::is_in_jump_range(from, from + 2));
}

TEST(ArchArm64, EntryKeepsLandingPads) {
  EXPECT_EQ(Aarch64::entry_skip(Bytes{0x5f, 0x24, 0x03, 0xd5}), 4u); // bti c
  EXPECT_EQ(Aarch64::entry_skip(Bytes{0xdf, 0x24, 0x03, 0xd5}), 4u); // bti jc
  EXPECT_EQ(Aarch64::entry_skip(Bytes{0x1f, 0x20, 0x03, 0xd5}), 0u); // nop
}

TEST(ArchArm64, RecognisesCalls) {
  EXPECT_TRUE(Aarch64::ends_with_call(Bytes{0x00, 0x04, 0x00, 0x94}));  // bl
  EXPECT_TRUE(Aarch64::ends_with_call(Bytes{0x20, 0x00, 0x3f, 0xd6}));  // blr
  EXPECT_FALSE(Aarch64::ends_with_call(Bytes{0x00, 0x04, 0x00, 0x14})); // b
}

TEST(Arch, VisitByMachineNumber) {
  auto name = [](uint16_t e_machine) {
    return visit_arch(e_machine, []<Arch A>() -> Result<std::string> {
      return std::string(A::name);
    });
  };
  EXPECT_EQ(*name(62), "x86_64");
  EXPECT_EQ(*name(183), "aarch64");
  EXPECT_EQ(name(3).take_error().kind(), ErrorKind::Format);
}

} // namespace
} // namespace care
