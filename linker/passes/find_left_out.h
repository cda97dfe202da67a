// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions to be replaced that the original link left out.
#ifndef LIBCARE_LINKER_PASSES_FIND_LEFT_OUT_H
#define LIBCARE_LINKER_PASSES_FIND_LEFT_OUT_H

#include <cstdint>
#include <map>

#include "common/result.h"
#include "linker/target_finder.h"

namespace care::linker {

// The replacement of each, by the function's address in the patched binary.
Result<std::map<uint64_t, uint64_t>> find_left_out(const Places &original,
                                                   const Places &patched,
                                                   const TargetFinder &targets);

} // namespace care::linker

#endif
