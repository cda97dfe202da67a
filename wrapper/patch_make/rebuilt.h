// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Did make compile everything that the patch changes, and all of it in both
// stages? Many makefiles do not know which objects depend on a header; the
// compiler does, and has put it into the facts of each unit
// (docs/patch-format.md, section 5).
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_REBUILT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_REBUILT_H

#include <filesystem>
#include <set>

#include "common/result.h"
#include "wrapper/patch_make/products.h"

namespace care::patch_make {

// Before the patched build: what an earlier run compiled does not count.
void forget_patched_units(const std::filesystem::path &side_files);

// After it. `changed` are the absolute names of the changed files. Refused
// ("kpatch-not-rebuilt") if a unit was compiled from one of them in the
// original stage, and not at all in the patched one.
Error check_rebuilt(const std::filesystem::path &side_files,
                    const std::set<std::filesystem::path> &changed);

// After it, even if it failed. A unit without an original passes for a new
// source file. It is none if its object lay there before, up to date for make:
// that is refused ("kpatch-not-wrapped"). `work` is where the build runs.
Error check_originals(const std::filesystem::path &side_files,
                      const std::filesystem::path &work,
                      const Products &products);

} // namespace care::patch_make

#endif
