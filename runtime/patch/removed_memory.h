// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of patches that were taken off is given back when it is proven
// that nothing in the process leads into it any more. Until then it stays, with
// the reason in its journal, and every later change looks again.
#ifndef LIBCARE_RUNTIME_PATCH_REMOVED_MEMORY_H
#define LIBCARE_RUNTIME_PATCH_REMOVED_MEMORY_H

#include <chrono>
#include <cstddef>

#include "common/result.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct GiveBackResult {
  size_t given_back = 0;
  size_t kept = 0;
  std::chrono::nanoseconds frozen{0}; // longest look at all memory
};

// Unmaps what can be unmapped of the Removed regions of `target`. A failure
// leaves them as they are: nothing depends on it but memory.
Result<GiveBackResult> give_back_removed(Target &target);

} // namespace care::runtime

#endif
