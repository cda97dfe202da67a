// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Acting on a plan: patch, unpatch, and settling what a killed injector left
// behind. Each is a transaction over all objects of the process.
#ifndef LIBCARE_RUNTIME_PATCH_APPLY_H
#define LIBCARE_RUNTIME_PATCH_APPLY_H

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/plan.h"
#include "runtime/patch/switch_code.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct ChangeResult {
  size_t function_count = 0; // replaced, or given back their original
  SwitchResult stop;
};

// Prepares every patch of the plan, then switches all of them on in one stop.
Result<ChangeResult> apply_plan(Target &target, PatchPlan &plan,
                                const SwitchOptions &options);

// Switches the given regions of target.regions() off in one stop, whatever
// order they were applied in. Their memory stays, see journal.h.
Result<ChangeResult> revert_regions(Target &target,
                                    std::span<const size_t> regions,
                                    const SwitchOptions &options);

// What settle() found and did, a line for each region.
struct Settlement {
  std::vector<std::string> lines;
};

// Finishes or undoes what an injector that died has begun. Nothing to do for
// most processes. NotSafeNow if code to be taken off is running.
Result<Settlement> settle(Target &target, const SwitchOptions &options);

} // namespace care::runtime

#endif
