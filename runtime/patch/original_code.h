// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is the code to be replaced in memory what the patch was made for?
#ifndef LIBCARE_RUNTIME_PATCH_ORIGINAL_CODE_H
#define LIBCARE_RUNTIME_PATCH_ORIGINAL_CODE_H

#include <span>

#include "common/result.h"
#include "runtime/patch/plan.h"
#include "runtime/patch/target.h"

namespace care::runtime {

// Compares every part of every function with the bytes recorded in the patch
// (or, for patches without them, in the object's file if it can be had), jumps
// of patches that are applied taken into account. Then fills in the journal's
// sites and original ranges. Refused: [kpatch-site-differs],
// [kpatch-too-short].
Error check_original_code(const Target &target, PlannedPatch &planned);

} // namespace care::runtime

#endif
