// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refuses to replace a function whose code the original's linker shares with
// another one (identical code folding): both would be replaced.
//
// Two names at one address are no fault if the compiler gave them to one
// function (aliases, constructors of C++, versions). The patch lists these in
// .kpatch.aliases; the folded ones it cannot know.
#ifndef LIBCARE_LINKER_PASSES_CHECK_FOLDING_H
#define LIBCARE_LINKER_PASSES_CHECK_FOLDING_H

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/allowances.h"
#include "linker/places.h"

namespace care::linker {

// A name of a function that is to be replaced.
struct EntryName {
  uint64_t patched_address;
  uint64_t original_address;
  std::string name;
};

// `replaced` has one entry for each unit that replaces the function.
Error check_folding(const Places &original, const Places &patched,
                    const std::vector<EntryName> &replaced,
                    const std::vector<EntryName> &aliases, Allowances &allowed);

} // namespace care::linker

#endif
