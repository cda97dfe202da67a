// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starting the real compiler: as ourselves (exec), or as a child.
#ifndef LIBCARE_WRAPPER_CC_RUN_H
#define LIBCARE_WRAPPER_CC_RUN_H

#include <string>
#include <vector>

#include "common/result.h"

#include "wrapper/cc/settings.h"

namespace care::wrapper {

// Only returns if the program cannot be started.
Error become(const Settings &settings, std::vector<std::string> command);

// The exit status of the child, as a shell gives it: 128 and the signal for a
// child that was killed.
Result<int> run_child(const Settings &settings,
                      std::vector<std::string> command);

} // namespace care::wrapper

#endif
