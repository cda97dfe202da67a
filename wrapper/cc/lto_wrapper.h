// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-cc in the place of GCC's lto-wrapper, the program that the linker
// asks for the code of objects that are optimised when they are linked.
//
// In the patched stage the linker must get the original's code and the patch
// behind it, as it does without such optimisation. What the optimiser writes
// depends on the whole program, so that this is the first place where both
// programs can be compared.
#ifndef LIBCARE_WRAPPER_CC_LTO_WRAPPER_H
#define LIBCARE_WRAPPER_CC_LTO_WRAPPER_H

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "wrapper/cc/settings.h"

namespace care::wrapper {

// Is `program` (argv[0]) the name under which the linker calls us?
bool is_lto_wrapper_name(std::string_view program);

// Options that make the compiler driver use us; remembers `output`, what is
// linked, in the environment.
std::vector<std::string> lto_wrapper_options(const Settings &settings,
                                             const std::string &output);

// Does what GCC's lto-wrapper does with `arguments`, with our step behind it,
// and writes the names of the objects to link to standard output. The exit
// status.
Result<int> run_lto_wrapper(const Settings &settings,
                            const std::vector<std::string> &arguments);

} // namespace care::wrapper

#endif
