// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Are two replacements of one function, from two units, the same code?
#ifndef LIBCARE_LINKER_PASSES_SAME_REPLACEMENT_H
#define LIBCARE_LINKER_PASSES_SAME_REPLACEMENT_H

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "linker/target_finder.h"
#include "linker/passes/read_records.h"

namespace care::linker {

class ReplacementComparer {
public:
  // For a patch whose sections have been converted.
  ReplacementComparer(TargetFinder &targets, const PatchObject &patch)
      : targets_(targets), patch_(patch) {}

  // The same bytes, and the same relocations within them.
  bool is_same(const FunctionRecord &a, const FunctionRecord &b);

private:
  struct Code {
    const PatchSection *section = nullptr;
    uint64_t start = 0;
    std::span<const uint8_t> bytes;
    std::span<const PatchRelocation> relocations;
  };

  std::optional<Code> find_code(const FunctionRecord &record);
  bool is_same_relocation(const Code &a, const PatchRelocation &x,
                          const Code &b, const PatchRelocation &y) const;
  std::span<const PatchRelocation>
  relocations_of(uint32_t section, uint64_t start, uint64_t length_bytes);

  TargetFinder &targets_;
  const PatchObject &patch_;
  std::map<uint32_t, std::vector<PatchRelocation>> sorted_; // by section
};

} // namespace care::linker

#endif
