// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Inline functions and variables that a unit uses for the first time, while
// other units have used them all along. They are new in that unit, so that the
// patch has them, and the linker gives all units the copy that it meets first:
// perhaps the patch's. In the running program, the units go on with theirs.
#ifndef LIBCARE_LINKER_TWIN_H
#define LIBCARE_LINKER_TWIN_H

#include "linker/object_model.h"

namespace care::linker {

// What the original has under the name of `symbol`, of the patched binary, if
// the patch defines that and it may be in several units. Null: nothing.
const Symbol *find_twin(const Object &original, const Object &patched,
                        const Symbol &symbol);

// The same for the place of such a symbol.
const Symbol *find_twin_at(const Object &original, const Object &patched,
                           uint64_t address);

} // namespace care::linker

#endif
