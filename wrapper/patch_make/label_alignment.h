// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One label more or less shifts the numbers of all that follow.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_LABEL_ALIGNMENT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_LABEL_ALIGNMENT_H

#include "common/unit_changes.h"

namespace care::patch_make {

// Gives the labels of the code after a change the numbers that they have
// before it, where the lines around them are the same; others get new ones.
void align_labels(CodeChange &code);

} // namespace care::patch_make

#endif
