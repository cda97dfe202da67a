// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way out when sections do not correspond as a whole, as after
// --gc-sections or with other members from an archive: their functions and
// variables are matched one by one.
#ifndef LIBCARE_LINKER_PASSES_MATCH_SYMBOLS_H
#define LIBCARE_LINKER_PASSES_MATCH_SYMBOLS_H

#include <vector>

#include "linker/correspondence.h"
#include "linker/object_model.h"

namespace care::linker {

// Ranges of the patched section that have a counterpart in the original's:
// same name, source file (for local symbols), type and size, and no other
// symbol of which the same could be said. By patched address.
std::vector<Correspondence::Range> match_symbols(const Object &original,
                                                 uint32_t original_section,
                                                 const Object &patched,
                                                 uint32_t patched_section);

} // namespace care::linker

#endif
