// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From two installed trees, original and patched, to .kpatch files.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_PATCH_MAKER_H
#define LIBCARE_WRAPPER_PATCH_MAKE_PATCH_MAKER_H

#include <filesystem>

#include "common/result.h"
#include "wrapper/patch_make/interrupts.h"
#include "wrapper/patch_make/options.h"
#include "wrapper/patch_make/progress.h"
#include "wrapper/patch_make/report.h"

namespace care::patch_make {

// Runs libcare-link for every executable and shared library of the original
// tree that has a counterpart in the patched one. The patches are put into
// the patch root only when all of them could be made; a binary that cannot be
// patched, or none that has changed, is an error.
Result<Report> make_patches(const Options &options, const Folders &folders,
                            const std::filesystem::path &scratch,
                            const Progress &progress, Interrupts &interrupts);

} // namespace care::patch_make

#endif
