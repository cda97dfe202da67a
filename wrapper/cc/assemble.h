// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The patched text is assembled the way the compiler assembles: at -O0 clang
// gives every jump its long form when it writes an object itself, and the short
// form when it reads a text, so that unchanged functions would differ.
#ifndef LIBCARE_WRAPPER_CC_ASSEMBLE_H
#define LIBCARE_WRAPPER_CC_ASSEMBLE_H

#include <string>

#include "wrapper/cc/unit_commands.h"

namespace care::wrapper {

// Makes the unit's object of the assembly in the file `text`, which may be
// changed for that; STEM.patched.facts are those of the unit. The value is the
// exit status of the assembler.
Result<int> assemble(const Settings &settings, const CommandLine &command,
                     const Unit &unit, const std::string &text);

} // namespace care::wrapper

#endif
