// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ordinary way: GCC compiles with our plugin inside, and the wrapper is
// replaced by it (exec).
#ifndef LIBCARE_WRAPPER_CC_PLUGIN_WAY_H
#define LIBCARE_WRAPPER_CC_PLUGIN_WAY_H

#include <string>
#include <vector>

#include "wrapper/cc/command_line.h"
#include "wrapper/cc/settings.h"

namespace care::wrapper {

// Whether the compiler is the GCC that the plugin was built for.
bool can_load_plugin(const Settings &settings);

// -fplugin and its arguments for a command with source files.
Result<std::vector<std::string>> plugin_options(const Settings &settings,
                                                const CommandLine &command);

} // namespace care::wrapper

#endif
