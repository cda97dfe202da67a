// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is a relocatable object what docs/patch-format.md, section 3, promises? Asked
// by the steps by hand, which give the object to other programs in between.
#ifndef LIBCARE_LINKER_PASSES_CHECK_PATCH_H
#define LIBCARE_LINKER_PASSES_CHECK_PATCH_H

#include "common/result.h"
#include "linker/object_model.h"

namespace care::linker {

// The object by itself.
Error check_patch(const Object &patch);

// Its stand-ins for the sections of the original are those of `original`.
Error check_patch_against(const Object &patch, const Object &original);

} // namespace care::linker

#endif
