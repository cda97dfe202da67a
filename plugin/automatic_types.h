// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures of which objects live in the frames of functions and nowhere else.
// When a patch is applied, no thread is in a function that it replaces. So if
// it replaces all that have objects of such a type, there is none, and its
// layout may change.
#ifndef LIBCARE_PLUGIN_AUTOMATIC_TYPES_H
#define LIBCARE_PLUGIN_AUTOMATIC_TYPES_H

#include <vector>

#include "common/facts.h"
#include "plugin/gcc_headers.h"

namespace care::plugin {

void start_watching_objects(const char *plugin_name);

// One fact for each type and each function that has objects of it; with an
// empty function for a type without any. To be called once, at the end.
std::vector<AutomaticFact> automatic_types();

} // namespace care::plugin

#endif
