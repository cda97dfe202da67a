// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A linked ELF file without its debugging information, everything else as it
// was: the first of the steps by hand.
#ifndef LIBCARE_LINKER_PASSES_DROP_DEBUG_H
#define LIBCARE_LINKER_PASSES_DROP_DEBUG_H

#include <cstdint>
#include <vector>

#include "linker/object_model.h"

namespace care::linker {

std::vector<uint8_t> drop_debug(const Object &object);

} // namespace care::linker

#endif
