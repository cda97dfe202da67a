// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code of a changed function as people read it in a report.
#ifndef LIBCARE_GENSRC_LISTING_H
#define LIBCARE_GENSRC_LISTING_H

#include <string>
#include <vector>

#include "gensrc/match.h"

namespace care::gensrc {

// Instructions and labels of one part of a function, one a line. What the
// original has is shown under its name there; `original` and `to_original` are
// null if `unit` is the original.
std::vector<std::string> list_code(const Unit &unit, AtomId part,
                                   const Unit *original,
                                   const std::vector<SymbolId> *to_original);

} // namespace care::gensrc

#endif
