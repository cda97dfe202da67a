// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Did make compile everything that the patch changes? Many makefiles do not
// know which objects depend on a header; the compiler does, and has put it
// into the facts of each unit (docs/patch-format.md, section 5).
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_REBUILT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_REBUILT_H

#include <filesystem>
#include <set>

#include "common/result.h"

namespace care::patch_make {

// Before the patched build: what an earlier run compiled does not count.
void forget_patched_units(const std::filesystem::path &side_files);

// After it. `changed` are the absolute names of the changed files. Refused
// ("kpatch-not-rebuilt") if a unit was compiled from one of them in the
// original stage, and not at all in the patched one.
Error check_rebuilt(const std::filesystem::path &side_files,
                    const std::set<std::filesystem::path> &changed);

} // namespace care::patch_make

#endif
