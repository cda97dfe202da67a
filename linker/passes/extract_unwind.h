// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The unwind tables of the patch's functions, out of the patched binary's
// .eh_frame, as .kpatch.eh_frame.
#ifndef LIBCARE_LINKER_PASSES_EXTRACT_UNWIND_H
#define LIBCARE_LINKER_PASSES_EXTRACT_UNWIND_H

#include "common/result.h"
#include "linker/target_finder.h"

namespace care::linker {

// Adds the section if the patch has any unwind table.
Error extract_unwind(const Places &patched, const Architecture &arch,
                     TargetFinder &targets, PatchObject &out);

} // namespace care::linker

#endif
