// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-ups by binary search in the ranges of one section.

#include "linker/correspondence.h"

#include <iterator>

namespace care::linker {

const Correspondence::Range *Correspondence::find(uint32_t section,
                                                  uint64_t address) const {
  auto found = ranges_.find(section);
  if (found == ranges_.end())
    return nullptr;
  const std::map<uint64_t, Range> &ranges = found->second;
  if (whole_.contains(section))
    return &ranges.begin()->second;
  auto after = ranges.upper_bound(address);
  if (after == ranges.begin())
    return nullptr;
  const Range &range = std::prev(after)->second;
  bool is_inside = address - range.patched_address <= range.size_bytes;
  return is_inside ? &range : nullptr;
}

std::vector<Correspondence::Range>
Correspondence::ranges(uint32_t section) const {
  std::vector<Range> list;
  if (auto found = ranges_.find(section); found != ranges_.end())
    for (const auto &[address, range] : found->second)
      list.push_back(range);
  return list;
}

std::optional<uint64_t>
Correspondence::patched_address(uint32_t original_section,
                                uint64_t address) const {
  for (const auto &[section, ranges] : ranges_)
    for (const auto &[start, range] : ranges)
      if (range.original_section == original_section &&
          address - range.original_address < range.size_bytes)
        return address - range.original_address + range.patched_address;
  return std::nullopt;
}

std::optional<uint32_t>
Correspondence::original_section(uint32_t section) const {
  auto found = whole_.find(section);
  if (found == whole_.end())
    return std::nullopt;
  return found->second;
}

} // namespace care::linker
