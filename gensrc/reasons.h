// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why a function with other code is in the patch, as exactly as the facts of
// the two units tell.
#ifndef LIBCARE_GENSRC_REASONS_H
#define LIBCARE_GENSRC_REASONS_H

#include "common/facts.h"

#include "gensrc/changes.h"

namespace care::gensrc {

// Replaces "edited" where the source of the function itself is as it was.
void find_reasons(const Comparison &units, const Facts &original,
                  const Facts &patched, Changes &changes);

// Is the source of a changed function the same, and of all that is inlined into
// it or was, so that its code only differs because the compiler chose otherwise
// what to inline? Without facts it is not known to be.
bool is_inlined_otherwise(const Comparison &units, const Facts &original,
                          const Facts &patched, const Changes &changes,
                          const ChangedFunction &change);

} // namespace care::gensrc

#endif
