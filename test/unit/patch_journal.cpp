// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The journal comes back from memory as it was written, and memory that was
// overwritten is recognised instead of believed.

#include "common/checksum.h"
#include "runtime/patch/journal.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace care;
using namespace care::runtime;

namespace {

Journal sample() {
  Journal journal;
  journal.state = PatchState::Applied;
  journal.sequence = 7;
  journal.transaction = 3;
  journal.load_bias = 0x555555554000;
  journal.region_size = 0x3000;
  journal.text_offset = 0x1000;
  journal.text_size = 0x42;
  journal.content_checksum = 0xdeadbeef;
  for (const char *name : {"one", "two", "one"})
    journal.sites.push_back({.name = name,
                             .address = 0x401004,
                             .function = 0x401000,
                             .replacement = 0x501000,
                             .jump_size = 5,
                             .original = {1, 2, 3, 4, 5},
                             .jump = {6, 7, 8, 9, 10}});
  journal.sites[1].may_be_active = true;
  journal.ranges.push_back({0x401000, 64, 1, false});
  journal.exports.push_back({"counter", 0x502000});
  journal.held.push_back(0x600000);
  return journal;
}

// Header and journal as they are in a target.
std::vector<uint8_t> in_memory(const Journal &journal) {
  std::vector<uint8_t> bytes(sizeof(PatchHeader));
  memcpy(bytes.data(), patch_magic, sizeof patch_magic);
  std::vector<uint8_t> encoded = encode_journal(journal);
  bytes.insert(bytes.end(), encoded.begin(), encoded.end());
  return bytes;
}

TEST(Journal, ComesBackAsItWas) {
  Journal journal = sample();
  std::vector<uint8_t> bytes = in_memory(journal);
  EXPECT_EQ(find_journal_end(bytes), bytes.size());
  std::optional<Journal> back = decode_journal(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode_journal(*back), encode_journal(journal));
  EXPECT_EQ(back->sites[1].name, "two");
  EXPECT_EQ(back->sites[2].name, "one");
  EXPECT_TRUE(back->sites[1].may_be_active);
  EXPECT_FALSE(back->sites[2].may_be_active);
  EXPECT_EQ(back->exports[0].name, "counter");
  EXPECT_EQ(back->held, journal.held);
}

TEST(Journal, FitsIntoTheRoomThatIsPlannedForIt) {
  std::vector<uint8_t> encoded = encode_journal(sample());
  EXPECT_LE(encoded.size(), journal_size({.sites = 3,
                                          .ranges = 1,
                                          .exports = 1,
                                          .held = 1,
                                          .name_bytes = 20}));
}

TEST(Journal, TheCommitIsOneFieldBlock) {
  Journal journal = sample();
  std::vector<uint8_t> bytes = in_memory(journal);
  journal.state = PatchState::Removed;
  JournalChange change = changing_fields(journal);
  memcpy(bytes.data() + journal_change_offset(), &change, sizeof change);
  EXPECT_EQ(decode_journal(bytes)->state, PatchState::Removed);
}

TEST(Journal, TruncatedAtAnyByteIsNotBelieved) {
  std::vector<uint8_t> bytes = in_memory(sample());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_journal(std::span(bytes).first(size))) << size;
}

TEST(Journal, OverwrittenBytesNeverLeadOutside) {
  const std::vector<uint8_t> good = in_memory(sample());
  for (size_t i = 0; i < good.size(); ++i) {
    std::vector<uint8_t> bytes = good;
    bytes[i] = 0xff;
    // Either refused or decoded; the sanitizer build looks for the rest.
    if (std::optional<Journal> journal = decode_journal(bytes)) {
      EXPECT_LE(journal->sites.size(), 3u);
    }
  }
}

TEST(Checksum, IsTheOneOfZlib) {
  const char *text = "123456789";
  EXPECT_EQ(crc32({reinterpret_cast<const uint8_t *>(text), 9}), 0xcbf43926u);
}

} // namespace
