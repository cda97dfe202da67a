// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refuses [kpatch-moved] functions and variables that the patch brings as new
// ones although the original has them: their file was another one then.
#ifndef LIBCARE_LINKER_PASSES_CHECK_MOVED_H
#define LIBCARE_LINKER_PASSES_CHECK_MOVED_H

#include "common/result.h"
#include "linker/object_model.h"

namespace care::linker {

Error check_moved(const Object &original, const Object &patched);

} // namespace care::linker

#endif
