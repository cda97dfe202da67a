// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Marks functions whose old and new code may run side by side, by the word of
// whoever makes the patch: libcare-ctl then does not look for them on stacks.
#ifndef LIBCARE_LINKER_PASSES_ALLOW_ACTIVE_H
#define LIBCARE_LINKER_PASSES_ALLOW_ACTIVE_H

#include <span>
#include <string>
#include <vector>

#include "linker/passes/collect_functions.h"
#include "linker/patch_object.h"

namespace care::linker {

// Changes .kpatch.info of `out`; `functions` are its records in order. Gives
// back the names that the patch does not replace.
std::vector<std::string>
allow_active(std::span<const std::string> names,
             std::span<const PatchedFunction> functions, PatchObject &out);

} // namespace care::linker

#endif
