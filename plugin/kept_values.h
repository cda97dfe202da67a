// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Patched stage: the compiler takes no initial value of a variable that the
// original wrote to.
#ifndef LIBCARE_PLUGIN_KEPT_VALUES_H
#define LIBCARE_PLUGIN_KEPT_VALUES_H

#include "common/facts.h"

namespace care::plugin {

void keep_values(const char *plugin_name, const Facts &original);

} // namespace care::plugin

#endif
