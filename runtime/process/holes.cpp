// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ranges that overlap or touch are joined, so that each question is one search.

#include "runtime/process/holes.h"

#include <algorithm>

namespace care::runtime {

Holes::Holes(std::vector<AddressRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange &a, const AddressRange &b) {
              return a.start < b.start;
            });
  for (const AddressRange &range : ranges) {
    if (!ranges_.empty() && range.start <= ranges_.back().end)
      ranges_.back().end = std::max(ranges_.back().end, range.end);
    else if (!range.is_empty())
      ranges_.push_back(range);
  }
}

std::vector<AddressRange>::const_iterator
Holes::first_behind(RemoteAddress address) const {
  return std::partition_point(
      ranges_.begin(), ranges_.end(),
      [&](const AddressRange &hole) { return hole.end <= address; });
}

std::vector<AddressRange> Holes::outside(AddressRange part) const {
  std::vector<AddressRange> parts;
  for (auto hole = first_behind(part.start);
       hole != ranges_.end() && hole->start < part.end; ++hole) {
    if (part.start < hole->start)
      parts.push_back({part.start, hole->start});
    part.start = std::min(hole->end, part.end);
  }
  if (!part.is_empty())
    parts.push_back(part);
  return parts;
}

bool Holes::contain(AddressRange part) const {
  auto hole = first_behind(part.start);
  return hole != ranges_.end() && hole->contains(part);
}

} // namespace care::runtime
