// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code is read once; a part of it that cannot be read counts as calls.

#include "runtime/process/return_sites.h"

#include <algorithm>

#include "common/arch/arch.h"

namespace care::runtime {

ReturnSites::ReturnSites(const RemoteMemory &memory,
                         std::span<const AddressRange> code)
    : ranges_(code), code_(code.begin(), code.end()) {
  for (const AddressRange &range : code) {
    std::vector<uint8_t> bytes(range.size_bytes());
    bytes.resize(memory.read_some(range.start, bytes));
    bytes_.push_back(std::move(bytes));
  }
}

const size_t *ReturnSites::look_up(uint64_t word) const {
  constexpr size_t longest_call = 8;
  const size_t *index = ranges_.find_return_address(word);
  if (!index)
    return nullptr;
  uint64_t offset = word - code_[*index].start.value();
  std::span<const uint8_t> bytes = bytes_[*index];
  if (offset > bytes.size())
    return index; // cannot tell: stay on the safe side
  size_t count = std::min<size_t>(offset, longest_call);
  bool is_behind_call =
      HostArch::ends_with_call(bytes.subspan(offset - count, count));
  return is_behind_call ? index : nullptr;
}

} // namespace care::runtime
