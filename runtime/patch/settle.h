// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Settling what an injector that died has left in a process: every command that
// changes a process does it first.
#ifndef LIBCARE_RUNTIME_PATCH_SETTLE_H
#define LIBCARE_RUNTIME_PATCH_SETTLE_H

#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/switch_code.h"
#include "runtime/patch/target.h"

namespace care::runtime {

// What settle() found and did, a line for each region.
struct Settlement {
  std::vector<std::string> lines;
};

// Finishes or undoes what an injector that died has begun. Nothing to do for
// most processes. NotSafeNow if code to be taken off is running.
Result<Settlement> settle(Target &target, const SwitchOptions &options);

} // namespace care::runtime

#endif
