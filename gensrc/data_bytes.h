// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pool entries as bytes. GCC places a small constant inside a larger one that
// begins or ends alike (".set .LC0,.LC3+8"), so that the same constant can be
// an entry of its own in one text and a piece of another in the other.
#ifndef LIBCARE_GENSRC_DATA_BYTES_H
#define LIBCARE_GENSRC_DATA_BYTES_H

#include <cstdint>

#include "gensrc/assembly.h"

namespace care::gensrc {

// Are the bytes from the offsets to the end of the shorter entry equal? Both
// are at least as long as the constant, so that yes is always right. Entries
// with symbols in them, and what is not plain numbers, are never equal.
bool same_bytes(const Unit &a, AtomId atom_a, int64_t offset_a, const Unit &b,
                AtomId atom_b, int64_t offset_b);

} // namespace care::gensrc

#endif
