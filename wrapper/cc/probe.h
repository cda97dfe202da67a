// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Telling a build system's question ("does this compile?") from the project's
// own compiles. Whole builds run with KPATCH_STAGE set, their configure step
// included; what it compiles is never part of a product, reuses the same file
// names for one test after another, and must succeed or fail as it would with
// the plain compiler.
#ifndef LIBCARE_WRAPPER_CC_PROBE_H
#define LIBCARE_WRAPPER_CC_PROBE_H

namespace care::wrapper {

bool is_configure_probe();

} // namespace care::wrapper

#endif
