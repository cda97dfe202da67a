// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Patched stage: the compiler takes no initial value of a variable that the
// original wrote to.
#ifndef LIBCARE_PLUGIN_KEPT_VALUES_H
#define LIBCARE_PLUGIN_KEPT_VALUES_H

#include <string>
#include <vector>

#include "common/facts.h"

namespace care::plugin {

void keep_values(const char *plugin_name, const Facts &original);

// The same for a link with link-time optimisation, to be called before it
// decides anything: the original's variables that are written, and what the
// patched stage does about them.
std::vector<std::string> written_variables();
void keep_values_in_link(const Facts &original);

} // namespace care::plugin

#endif
