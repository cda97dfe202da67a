// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole run: source patches in, .kpatch files out.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_LIVE_PATCHES_H
#define LIBCARE_WRAPPER_PATCH_MAKE_LIVE_PATCHES_H

#include "common/diagnostics.h"
#include "common/result.h"
#include "wrapper/patch_make/interrupts.h"
#include "wrapper/patch_make/options.h"
#include "wrapper/patch_make/progress.h"
#include "wrapper/patch_make/report.h"

namespace care::patch_make {

// Builds the original, applies the patches, builds again, makes the patches.
// The sources are as they were when this returns, whatever it returns.
Result<Report> make_live_patches(const Options &options, Interrupts &interrupts,
                                 const Progress &progress,
                                 Diagnostics &diagnostics);

} // namespace care::patch_make

#endif
