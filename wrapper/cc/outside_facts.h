// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be known of a unit without a look into the compiler: the compiler by
// the .ident in its output, the options by the command line.
#ifndef LIBCARE_WRAPPER_CC_OUTSIDE_FACTS_H
#define LIBCARE_WRAPPER_CC_OUTSIDE_FACTS_H

#include <string>
#include <string_view>

#include "common/facts.h"
#include "wrapper/cc/unit_commands.h"

namespace care::wrapper {

Facts outside_facts(const CommandLine &command, const Unit &unit,
                    std::string_view assembly);

// What follows the last .ident, without its quotes; empty if there is none.
std::string compiler_of(std::string_view assembly);

} // namespace care::wrapper

#endif
