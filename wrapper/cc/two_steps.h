// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The other way, for compilers that cannot load the plugin (clang, another
// GCC) and for assembly sources: the same side files by separate steps.
//
//   original   the command as it is; then once more with -S for the side file
//   patched    -S, kpatch_gensrc, assemble; then the link, if there is one
#ifndef LIBCARE_WRAPPER_CC_TWO_STEPS_H
#define LIBCARE_WRAPPER_CC_TWO_STEPS_H

#include <string>
#include <vector>

#include "common/result.h"

#include "common/diagnostics.h"

#include "wrapper/cc/command_line.h"
#include "wrapper/cc/settings.h"

namespace care::wrapper {

// `arguments` are those of the command, without the compiler. The value is
// the status to exit with.
Result<int> compile_in_two_steps(const Settings &settings,
                                 const CommandLine &command,
                                 const std::vector<std::string> &arguments,
                                 Diagnostics &diagnostics);

} // namespace care::wrapper

#endif
