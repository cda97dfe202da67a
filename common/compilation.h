// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether the patched unit was compiled as the original was, as their facts
// tell.
#ifndef LIBCARE_COMMON_COMPILATION_H
#define LIBCARE_COMMON_COMPILATION_H

#include <string>

#include "common/allowances.h"
#include "common/facts.h"
#include "common/result.h"

namespace care {

// The error has the code "kpatch-flags" and names both compilers, or both
// options. An option that only one of them has may be allowed by its text.
Error compare_compilation(const Facts &original, const Facts &patched,
                          Allowances &allowed);

// What is no error, because all that it changes is in the patch, but rarely
// meant: the macros that only one of them has; empty if there is none. A macro
// may be allowed by its name.
std::string describe_macro_change(const Facts &original, const Facts &patched,
                                  Allowances &allowed);

} // namespace care

#endif
