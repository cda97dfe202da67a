// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which place of the original binary is the same as a place of the patched
// one. Made by passes/prove_original, used by everything after it. A range is
// a section, or one function or variable where sections as a whole do not
// correspond.
#ifndef LIBCARE_LINKER_CORRESPONDENCE_H
#define LIBCARE_LINKER_CORRESPONDENCE_H

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "linker/object_model.h"

namespace care::linker {

class Correspondence {
public:
  struct Range {
    uint64_t patched_address;
    uint64_t original_address;
    uint64_t size_bytes;
    uint32_t original_section; // index
  };

  // `section` is an index in the patched object.
  void add(uint32_t section, const Range &range) {
    ranges_[section][range.patched_address] = range;
  }

  void remove(uint32_t section, const Range &range) {
    ranges_[section].erase(range.patched_address);
  }
  // All ranges of a section, by address.
  std::vector<Range> ranges(uint32_t section) const;

  // The range of `section` (of the patched object) that holds `address`, its
  // end included. A whole section also answers for addresses outside of it,
  // as in `&array[-1]`.
  const Range *find(uint32_t section, uint64_t address) const;

  std::optional<uint64_t> original_address(uint32_t section,
                                           uint64_t address) const {
    const Range *range = find(section, address);
    if (!range)
      return std::nullopt;
    return address - range->patched_address + range->original_address;
  }

  // The address in the patched object of an address of the original.
  std::optional<uint64_t> patched_address(uint32_t original_section,
                                          uint64_t address) const;

  // Original index of a section that corresponds as a whole.
  std::optional<uint32_t> original_section(uint32_t section) const;
  void mark_whole(uint32_t section, uint32_t original) {
    whole_[section] = original;
  }

private:
  std::map<uint32_t, std::map<uint64_t, Range>> ranges_;
  std::map<uint32_t, uint32_t> whole_;
};

} // namespace care::linker

#endif
