// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The running program has structures in its memory, laid out by the original's
// compile. New code that lays them out in another way would read and write the
// wrong bytes of them.
#ifndef LIBCARE_PLUGIN_LAYOUTS_H
#define LIBCARE_PLUGIN_LAYOUTS_H

#include "common/facts.h"

namespace care::plugin {

// Refused ("kpatch-type-layout"), with type and member, if a structure of both
// units has members in other places in the patched one. Types that only one of
// them has, and types without a unique name, are not compared.
Error compare_layouts(const Facts &original, const Facts &patched);

} // namespace care::plugin

#endif
