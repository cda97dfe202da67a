// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// /proc/PID/maps as text, and where in it a patch finds room.

#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/process/memory_map.h"

using namespace care;
using namespace care::runtime;

namespace {

constexpr std::string_view maps_text =
    "555555554000-555555558000 r-xp 00001000 fd:01 1234       /usr/bin/a b\n"
    "555555558000-555555559000 rw-p 00005000 fd:01 1234       "
    "/usr/bin/a b (deleted)\n"
    "555555600000-555555700000 rw-p 00000000 00:00 0          [heap]\n"
    "7ffff7ffd000-7ffff7fff000 rw-p 00000000 00:00 0 \n"
    "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0          [stack]\n";

MemoryMap make_map() {
  Result<MemoryMap> map = MemoryMap::parse(maps_text);
  EXPECT_TRUE(map);
  return std::move(*map);
}

TEST(MemoryMap, ReadsEveryField) {
  MemoryMap map = make_map();
  ASSERT_EQ(map.regions().size(), 5u);
  const MemoryRegion &text = map.regions()[0];
  EXPECT_EQ(text.range.start.value(), 0x555555554000u);
  EXPECT_TRUE(text.is_readable && text.is_executable && !text.is_writable);
  EXPECT_EQ(text.file_offset, 0x1000u);
  EXPECT_EQ(text.inode, 1234u);
  EXPECT_EQ(text.path, "/usr/bin/a b");
  EXPECT_FALSE(text.is_deleted);
}

TEST(MemoryMap, TakesDeletedOffThePath) {
  MemoryMap map = make_map();
  EXPECT_TRUE(map.regions()[1].is_deleted);
  EXPECT_EQ(map.regions()[1].path, "/usr/bin/a b");
  EXPECT_EQ(map.regions()[3].path, "");
}

TEST(MemoryMap, RefusesWhatItCannotRead) {
  EXPECT_FALSE(MemoryMap::parse("7fff-7ffe r-xp 0 0:0 0\n"));
  EXPECT_FALSE(MemoryMap::parse("no map\n"));
  EXPECT_FALSE(MemoryMap::parse("1000-2000 r-xp 00000000 fd:01\n"));
}

TEST(MemoryMap, FindsTheRegionOfAnAddress) {
  MemoryMap map = make_map();
  EXPECT_EQ(map.find(RemoteAddress(0x555555555000)), &map.regions()[0]);
  EXPECT_EQ(map.find(RemoteAddress(0x555555558000)), &map.regions()[1]);
  EXPECT_EQ(map.find(RemoteAddress(0x555555559000)), nullptr);
  EXPECT_EQ(map.find(RemoteAddress(0)), nullptr);
}

TEST(MemoryMap, FindsAGapInReachAndOutOfTheHeapsWay) {
  MemoryMap map = make_map();
  AddressRange near = map.regions()[0].range;
  std::optional<RemoteAddress> gap =
      map.find_gap(near, 0x5000, uint64_t{1} << 31);
  ASSERT_TRUE(gap);
  AddressRange place{*gap, *gap + 0x5000};
  for (const MemoryRegion &region : map.regions())
    EXPECT_FALSE(region.range.overlaps(place));
  uint64_t distance =
      *gap < near.start ? near.end - *gap : place.end - near.start;
  EXPECT_LE(distance, uint64_t{1} << 31);
}

TEST(MemoryMap, FindsNoGapOutOfReach) {
  MemoryMap map = make_map();
  EXPECT_FALSE(map.find_gap(map.regions()[0].range, 0x10000, 0x8000));
}

TEST(MemoryMap, KeepsOutOfWhatWasAdded) {
  MemoryMap map = make_map();
  AddressRange near = map.regions()[0].range;
  std::optional<RemoteAddress> first = map.find_gap(near, 0x5000, 1u << 31);
  ASSERT_TRUE(first);
  AddressRange taken{*first, *first + 0x5000};
  map.add({.range = taken, .path = {}});
  EXPECT_EQ(map.find(*first)->range, taken);
  std::optional<RemoteAddress> second = map.find_gap(near, 0x5000, 1u << 31);
  ASSERT_TRUE(second);
  EXPECT_FALSE(taken.overlaps({*second, *second + 0x5000}));
}

// What the kernel says of one address is what it says in the map.
TEST(MappingQuery, KnowsOfAnAddressWhatTheMapDoes) {
  Result<MappingQuery> query = MappingQuery::open(getpid());
  Result<MemoryMap> map = MemoryMap::read(getpid());
  ASSERT_TRUE(query && map);
  for (const MemoryRegion &region : map->regions()) {
    if (region.path != "[stack]" && !region.is_file())
      continue; // the others change while we look
    Result<std::optional<MemoryRegion>> one =
        query->find_region(region.range.start);
    ASSERT_TRUE(one && *one);
    EXPECT_EQ(**one, region);
  }
  Result<std::optional<MemoryRegion>> nothing =
      query->find_region(RemoteAddress(0));
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(*nothing);
}

} // namespace
