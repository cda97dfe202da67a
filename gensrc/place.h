// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where in the source something is, for messages.
#ifndef LIBCARE_GENSRC_PLACE_H
#define LIBCARE_GENSRC_PLACE_H

#include <string>

#include "common/result.h"
#include "gensrc/comparison.h"

namespace care::gensrc {

// "file:line" of a function of the patched unit by its .loc, or empty.
std::string location_of(const Unit &unit, const Function &function);

// `error` is about what `atom` is: adds "file:line" of the function that it
// belongs to, or else the line of the assembly if `name_lines` is set.
Error in_place(const Comparison &units, const Unit &unit, AtomId atom,
               Error error);

} // namespace care::gensrc

#endif
