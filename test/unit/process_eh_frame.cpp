// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Indexing an .eh_frame: bytes as the assembler writes them, and damaged ones.

#include <gtest/gtest.h>

#include "runtime/process/eh_frame.h"

using namespace care::runtime;

namespace {

// clang-format off
const std::vector<uint8_t> section = {
    0x14, 0, 0, 0,              // CIE, 20 bytes
    0, 0, 0, 0,                 // id
    1, 'z', 'R', 0,             // version, augmentation
    1, 0x78, 0x10,              // alignments, return address register
    1, 0x1b,                    // augmentation data: pcrel sdata4
    0x0c, 7, 8, 0x90, 1, 0, 0,  // instructions
    0x10, 0, 0, 0,              // FDE at 24, 16 bytes
    0x1c, 0, 0, 0,              // distance to the CIE
    0xe0, 0x0f, 0, 0,           // code: 32 bytes into the section + 0xfe0
    0x20, 0, 0, 0,              // size
    0, 0, 0, 0,
    0, 0, 0, 0,                 // end
};
// clang-format on

TEST(EhFrame, FindsTheFunctionOfAnAddress) {
  std::vector<FrameEntry> entries =
      parse_frame_entries(section, RemoteAddress(0x10000));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].code.start.value(), 0x11000u);
  EXPECT_EQ(entries[0].code.end.value(), 0x11020u);
  EXPECT_EQ(entries[0].fde.value(), 0x10018u);
  EXPECT_EQ(find_frame_entry(entries, 0x1101f), &entries[0]);
  EXPECT_EQ(find_frame_entry(entries, 0x11020), nullptr);
  EXPECT_EQ(find_frame_entry(entries, 0x10fff), nullptr);
}

TEST(EhFrame, TruncatedAnywhereIsHarmless) {
  for (size_t size = 0; size < section.size(); ++size) {
    std::vector<uint8_t> part(section.begin(), section.begin() + size);
    EXPECT_LE(parse_frame_entries(part, RemoteAddress(0)).size(), 1u);
  }
}

// The text of one CIE, which all entries refer to, would be read for each.
TEST(EhFrame, ALongTextIsNotReadAgainAndAgain) {
  constexpr uint32_t cie_size = 8 << 20, count = 200'000;
  std::vector<uint8_t> bytes;
  auto append = [&](uint32_t word) {
    for (int shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<uint8_t>(word >> shift));
  };
  append(cie_size);
  append(0);
  bytes.push_back(1);
  bytes.push_back('z');
  bytes.resize(cie_size + 4, 'S');
  for (uint32_t i = 0; i < count; ++i) {
    append(12);
    append(static_cast<uint32_t>(bytes.size()));
    append(0);
    append(0);
  }
  EXPECT_TRUE(parse_frame_entries(bytes, RemoteAddress(0x10000)).empty());
}

TEST(EhFrame, DamagedBytesAreHarmless) {
  for (size_t at = 0; at < section.size(); ++at) {
    std::vector<uint8_t> damaged = section;
    damaged[at] ^= 0xff;
    EXPECT_LE(parse_frame_entries(damaged, RemoteAddress(0)).size(), 2u);
  }
}

} // namespace
