// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocation fields of both architectures, and the rewrites that linkers make
// around them: what decode() reads is what encode() writes, and a relaxed
// instruction is recognised by its bytes.

#include <gtest/gtest.h>

#include "common/checksum.h"

#include "linker/arch/architecture.h"
#include "linker/patch_file.h"
#include "llvm/BinaryFormat/ELF.h"

using namespace care::linker;
using namespace llvm::ELF;

// What encode() puts into the field, decode() reads again.
static void expect_round_trip(const Architecture &arch, uint32_t type,
                              uint64_t value, uint64_t place) {
  uint8_t field[8] = {};
  ASSERT_TRUE(arch.encode(type, std::span(field), value, place)) << type;
  auto read = arch.decode(type, std::span(field), place);
  ASSERT_TRUE(read.has_value()) << type;
  EXPECT_EQ(*read, value) << type;
}

TEST(Relocations, x86_64_fields_round_trip) {
  const Architecture &arch = x86_64_architecture;
  expect_round_trip(arch, R_X86_64_64, 0x123456789abcdef0, 0x1000);
  expect_round_trip(arch, R_X86_64_32, 0xfffffff0, 0x1000);
  expect_round_trip(arch, R_X86_64_32S, 0x7ffffff0, 0x1000);
  expect_round_trip(arch, R_X86_64_PC32, 0x500, 0x100000);
  expect_round_trip(arch, R_X86_64_PLT32, 0x200000, 0x1000);
  expect_round_trip(arch, R_X86_64_PC64, 0x500, 0x100000);
}

TEST(Relocations, x86_64_overflow_is_told) {
  uint8_t field[8] = {};
  EXPECT_FALSE(x86_64_architecture.encode(R_X86_64_PC32, std::span(field),
                                          uint64_t{1} << 32, 0));
  EXPECT_FALSE(x86_64_architecture.encode(R_X86_64_32, std::span(field),
                                          uint64_t{1} << 32, 0));
}

TEST(Relocations, aarch64_fields_round_trip) {
  const Architecture &arch = aarch64_architecture;
  expect_round_trip(arch, R_AARCH64_ABS64, 0x123456789abcdef0, 0x1000);
  expect_round_trip(arch, R_AARCH64_PREL32, 0x500, 0x100000);
  expect_round_trip(arch, R_AARCH64_CALL26, 0x1000, 0x100000);
  expect_round_trip(arch, R_AARCH64_CONDBR19, 0x1100, 0x1000);
  expect_round_trip(arch, R_AARCH64_ADR_PREL_LO21, 0x1003, 0x1000);
}

TEST(Relocations, aarch64_address_pair) {
  // adrp x0, 0x412000 at 0x400000; add x0, x0, #0x345
  uint8_t adrp[4] = {0, 0, 0, 0x90};
  uint8_t add[4] = {0, 0, 0, 0x91};
  const Architecture &arch = aarch64_architecture;
  ASSERT_TRUE(arch.encode(R_AARCH64_ADR_PREL_PG_HI21, std::span(adrp), 0x412345,
                          0x400000));
  ASSERT_TRUE(arch.encode(R_AARCH64_ADD_ABS_LO12_NC, std::span(add), 0x412345,
                          0x400004));
  EXPECT_EQ(std::vector<uint8_t>(adrp, adrp + 4),
            (std::vector<uint8_t>{0x80, 0x00, 0x00, 0xd0}));
  EXPECT_EQ(std::vector<uint8_t>(add, add + 4),
            (std::vector<uint8_t>{0x00, 0x14, 0x0d, 0x91}));
}

struct Relaxed {
  std::vector<uint8_t> code;
  Relocation before;
  uint64_t offset; // afterwards
  uint32_t type;
  int64_t addend;
};

TEST(Relocations, x86_64_relaxations_are_followed) {
  // clang-format off
  const Relaxed cases[] = {
      // mov foo@GOTPCREL(%rip), %rax, as it was
      {{0x48, 0x8b, 0x05, 0, 0, 0, 0}, {3, R_X86_64_REX_GOTPCRELX, 1, -4},
       3, R_X86_64_REX_GOTPCRELX, -4},
      // lea foo(%rip), %rax
      {{0x48, 0x8d, 0x05, 0, 0, 0, 0}, {3, R_X86_64_REX_GOTPCRELX, 1, -4},
       3, R_X86_64_PC32, -4},
      // mov $foo, %rax
      {{0x48, 0xc7, 0xc0, 0, 0, 0, 0}, {3, R_X86_64_REX_GOTPCRELX, 1, -4},
       3, R_X86_64_32S, 0},
      // addr32 call foo
      {{0x67, 0xe8, 0, 0, 0, 0}, {2, R_X86_64_GOTPCRELX, 1, -4},
       2, R_X86_64_PLT32, -4},
      // jmp foo; nop
      {{0xe9, 0, 0, 0, 0, 0x90}, {2, R_X86_64_GOTPCRELX, 1, -4},
       1, R_X86_64_PLT32, -4},
      // mov $x@tpoff, %rax
      {{0x48, 0xc7, 0xc0, 0, 0, 0, 0}, {3, R_X86_64_GOTTPOFF, 1, -4},
       3, R_X86_64_TPOFF32, 0},
      // mov %fs:0, %rax; lea x@tpoff(%rax), %rax
      {{0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0x48, 0x8d, 0x80, 0, 0, 0, 0},
       {4, R_X86_64_TLSGD, 1, -4}, 12, R_X86_64_TPOFF32, 0},
      // mov %fs:0, %rax; add x@gottpoff(%rip), %rax
      {{0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0x48, 0x03, 0x05, 0, 0, 0, 0},
       {4, R_X86_64_TLSGD, 1, -4}, 12, R_X86_64_GOTTPOFF, -4},
  };
  // clang-format on
  for (const Relaxed &c : cases) {
    constexpr uint64_t base = 0x1000;
    std::vector<Relocation> list = {c.before};
    list[0].address += base;
    x86_64_architecture.follow_relaxations(c.code, base, list);
    EXPECT_EQ(list[0].address - base, c.offset);
    EXPECT_EQ(list[0].type, c.type);
    EXPECT_EQ(list[0].addend, c.addend);
  }
}

TEST(Relocations, x86_64_dropped_call_is_dropped) {
  // mov %fs:0, %rax; lea x@tpoff(%rax), %rax: the call's relocation stays
  const uint8_t code[16] = {0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0,
                            0,    0x48, 0x8d, 0x80, 0,    0, 0, 0};
  std::vector<Relocation> list = {{4, R_X86_64_TLSGD, 1, -4},
                                  {12, R_X86_64_PLT32, 2, -4}};
  x86_64_architecture.follow_relaxations(std::span(code), 0, list);
  EXPECT_EQ(list[0].type, R_X86_64_TPOFF32);
  EXPECT_EQ(list[1].type, R_X86_64_NONE);
}

TEST(Relocations, plt_entries_lead_to_their_slot) {
  const uint8_t lazy[] = {0xff, 0x25, 0x10, 0, 0, 0};
  const uint8_t ibt[] = {0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff,
                         0x25, 0x10, 0,    0,    0};
  EXPECT_EQ(x86_64_architecture.plt_slot(std::span(lazy), 0x1000), 0x1016u);
  EXPECT_EQ(x86_64_architecture.plt_slot(std::span(ibt), 0x1000), 0x101bu);
  const uint8_t other[] = {0x90, 0x90};
  EXPECT_FALSE(
      x86_64_architecture.plt_slot(std::span(other), 0x1000).has_value());
}

TEST(Relocations, padding_is_never_code) {
  auto is_padding = x86_64_architecture.is_padding;
  const uint8_t nops[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};
  const uint8_t ret[] = {0x90, 0xc3};
  EXPECT_TRUE(is_padding(std::span(nops)));
  EXPECT_FALSE(is_padding(std::span(ret)));
}

TEST(PatchFile, header_and_image_come_back) {
  const uint8_t image[] = {1, 2, 3};
  auto file = make_patch_file({"0001", "AB12", "foo"}, image, 42);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size() % 16, 0u);
  auto parts = read_patch_file(*file);
  ASSERT_TRUE(parts);
  EXPECT_STREQ(parts->header.build_id, "ab12");
  EXPECT_EQ(parts->header.build_time, 42u);
  EXPECT_EQ(parts->image[2], 3);
}

TEST(PatchFile, checksum_is_that_of_zlib) {
  const std::string text = "123456789";
  EXPECT_EQ(care::crc32(
                {reinterpret_cast<const uint8_t *>(text.data()), text.size()}),
            0xcbf43926u);
}

TEST(PatchFile, cut_off_at_any_byte_is_an_error) {
  const uint8_t image[] = {1, 2, 3};
  auto file = make_patch_file({"0001", "ab12", "foo"}, image, 42);
  ASSERT_TRUE(file);
  for (size_t size = 0; size < file->size(); ++size)
    EXPECT_FALSE(read_patch_file({file->data(), size})) << size;
}
