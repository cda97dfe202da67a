// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A patch object as the bytes of an ET_REL file. Deterministic.
#ifndef LIBCARE_LINKER_WRITER_H
#define LIBCARE_LINKER_WRITER_H

#include <cstdint>
#include <vector>

#include "linker/patch_object.h"

namespace care::linker {

std::vector<uint8_t> write_relocatable(const PatchObject &object);

} // namespace care::linker

#endif
