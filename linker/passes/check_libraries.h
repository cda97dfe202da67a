// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refuses a patch that needs a library that the original does not load: nobody
// loads it into the running processes.
#ifndef LIBCARE_LINKER_PASSES_CHECK_LIBRARIES_H
#define LIBCARE_LINKER_PASSES_CHECK_LIBRARIES_H

#include "common/result.h"
#include "linker/object_model.h"
#include "linker/patch_object.h"

namespace care::linker {

// `loaded`: libraries that the processes have all the same (loaded by another
// library, or by dlopen).
Error check_libraries(const Object &original, const Object &patched,
                      const PatchObject &patch,
                      const std::vector<std::string> &loaded);

} // namespace care::linker

#endif
