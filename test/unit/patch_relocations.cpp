// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations are pure functions over bytes: each formula, each limit, and
// fields that are not inside their section; for both architectures on any
// host.

#include "runtime/patch/arch/relocations.h"

#include <gtest/gtest.h>

#include <array>

using namespace care::runtime;
using X = X86_64Relocations;
using A = Aarch64Relocations;

namespace {

// A field of zero bytes in the middle of a section.
struct Field {
  std::array<uint8_t, 16> bytes{};
  RelocationField at(uint64_t place) { return {bytes, 4, place}; }
  template <typename T> T value() {
    T value;
    memcpy(&value, &bytes[4], sizeof value);
    return value;
  }
};

TEST(X86Relocation, AbsoluteAddressesTakeTheirAddend) {
  Field field;
  EXPECT_EQ(X::apply(X::Abs64, field.at(0), 0x7f0000001000, 0x20),
            RelocationStatus::Applied);
  EXPECT_EQ(field.value<uint64_t>(), 0x7f0000001020u);
}

TEST(X86Relocation, RelativeAddressesCountFromTheField) {
  Field field;
  EXPECT_EQ(X::apply(X::Pc32, field.at(0x2000), 0x1000, -4),
            RelocationStatus::Applied);
  EXPECT_EQ(field.value<int32_t>(), 0x1000 - 4 - 0x2000);
}

TEST(X86Relocation, SlotsAreReachedLikeAddresses) {
  for (uint32_t type : {X::GotPcRel, X::GotPcRelX, X::RexGotPcRelX, X::GotTpOff,
                        X::TlsGd, X::TlsLd, X::Plt32}) {
    Field field;
    EXPECT_EQ(X::apply(type, field.at(0x1000), 0x1800, -4),
              RelocationStatus::Applied);
    EXPECT_EQ(field.value<int32_t>(), 0x7fc) << type;
  }
}

TEST(X86Relocation, OutOfReachIsAnOverflowAndChangesNothing) {
  Field field;
  EXPECT_EQ(X::apply(X::Pc32, field.at(0), uint64_t{1} << 31, 0),
            RelocationStatus::Overflow);
  EXPECT_EQ(X::apply(X::Pc32, field.at(uint64_t{1} << 32), 0, 0),
            RelocationStatus::Overflow);
  EXPECT_EQ(X::apply(X::Abs32, field.at(0), uint64_t{1} << 32, 0),
            RelocationStatus::Overflow);
  EXPECT_EQ(X::apply(X::Abs32S, field.at(0), uint64_t{1} << 31, 0),
            RelocationStatus::Overflow);
  EXPECT_EQ(field.value<uint64_t>(), 0u);
  // The last addresses that fit.
  EXPECT_EQ(X::apply(X::Abs32, field.at(0), 0xffffffff, 0),
            RelocationStatus::Applied);
  EXPECT_EQ(X::apply(X::Abs32S, field.at(0), 0xffffffff80000000, 0),
            RelocationStatus::Applied);
}

TEST(X86Relocation, FieldsOutsideOfTheSectionAreNotTouched) {
  std::array<uint8_t, 8> bytes{};
  EXPECT_EQ(X::apply(X::Abs64, {bytes, 1, 0}, 1, 0), RelocationStatus::Outside);
  EXPECT_EQ(X::apply(X::Pc32, {bytes, 5, 0}, 1, 0), RelocationStatus::Outside);
  EXPECT_EQ(X::apply(X::Pc32, {bytes, UINT64_MAX, 0}, 1, 0),
            RelocationStatus::Outside);
}

TEST(X86Relocation, BranchesOfOldLinkersAreRecognised) {
  const uint8_t call[] = {0x90, 0xe8};
  const uint8_t conditional[] = {0x0f, 0x84};
  const uint8_t load[] = {0x48, 0x8b, 0x05};
  EXPECT_TRUE(X::is_branch_field(X::Pc32, call));
  EXPECT_TRUE(X::is_branch_field(X::Pc32, conditional));
  EXPECT_FALSE(X::is_branch_field(X::Pc32, load));
  EXPECT_FALSE(X::is_branch_field(X::Abs32, call));
}

TEST(X86Relocation, PaddingIsWhatAssemblersPutBetweenFunctions) {
  const uint8_t nops[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00,
                          0x00, 0x00, 0x00, 0x66, 0x90, 0x90, 0xcc};
  EXPECT_TRUE(X::is_padding(nops));
  // Cut in the middle of a nop, as where a jump ends.
  for (size_t size = 0; size <= sizeof nops; ++size)
    EXPECT_TRUE(X::is_padding(std::span(nops).first(size))) << size;
  const uint8_t code[] = {0x90, 0x55};
  EXPECT_FALSE(X::is_padding(code));
  const uint8_t endbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
  EXPECT_FALSE(X::is_padding(endbr));
}

TEST(Aarch64Relocation, BranchesKeepTheirOpcode) {
  Field field;
  const uint32_t bl = 0x94000000;
  memcpy(&field.bytes[4], &bl, sizeof bl);
  EXPECT_EQ(A::apply(A::Call26, field.at(0x1000), 0x2000, 0),
            RelocationStatus::Applied);
  EXPECT_EQ(field.value<uint32_t>(), bl | 0x400);
  EXPECT_EQ(A::apply(A::Call26, field.at(0), uint64_t{1} << 27, 0),
            RelocationStatus::Overflow);
}

TEST(Aarch64Relocation, PagePairsSplitTheAddress) {
  Field adrp;
  const uint32_t adrp_x0 = 0x90000000;
  memcpy(&adrp.bytes[4], &adrp_x0, sizeof adrp_x0);
  EXPECT_EQ(A::apply(A::AdrPrelPgHi21, adrp.at(0x400ffc), 0x403010, 0),
            RelocationStatus::Applied);
  EXPECT_EQ(adrp.value<uint32_t>(), 0xf0000000u); // adrp x0, 3 pages up
  Field load;
  const uint32_t ldr_x0 = 0xf9400000;
  memcpy(&load.bytes[4], &ldr_x0, sizeof ldr_x0);
  EXPECT_EQ(A::apply(A::Ldst64AbsLo12Nc, load.at(0), 0x403010, 0),
            RelocationStatus::Applied);
  EXPECT_EQ(load.value<uint32_t>(), 0xf9400800u); // ldr x0, [x0, #16]
}

} // namespace
