// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Acting on a plan: patches are put in and taken off in one transaction over
// all objects of the process. check_plan() makes all the same tests, a stop
// included, and changes nothing.
#ifndef LIBCARE_RUNTIME_PATCH_APPLY_H
#define LIBCARE_RUNTIME_PATCH_APPLY_H

#include <cstddef>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/plan.h"
#include "runtime/patch/switch_code.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct ChangeResult {
  size_t function_count = 0; // replaced; of a mere removal: given back
  size_t removed_count = 0;  // patches taken off
  std::vector<std::string> allowed_active; // functions not looked for on stacks
  SwitchResult stop;
};

// Prepares every patch of the plan, then switches them on, and those to be
// removed off, in one stop. The memory of removed patches stays, see journal.h.
Result<ChangeResult> apply_plan(Target &target, PatchPlan &plan,
                                const SwitchOptions &options);

// Would it work now? The process is stopped and its stacks are looked at, but
// nothing is written to it. What only a call inside the process can tell
// (whether it may map memory) stays open.
Result<ChangeResult> check_plan(const Target &target, const PatchPlan &plan,
                                const SwitchOptions &options);

} // namespace care::runtime

#endif
