// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which constants have their address stored while the program runs: what has it
// sees no new version of the constant.
#ifndef LIBCARE_PLUGIN_KEPT_ADDRESSES_H
#define LIBCARE_PLUGIN_KEPT_ADDRESSES_H

#include "common/facts.h"

#include "plugin/gcc_headers.h"

namespace care::plugin {

// To be called when the whole unit is parsed, and nothing is optimised.
void find_kept_addresses();

// Fills in `fact` what was found about `variable`.
void add_kept_address(tree variable, VariableFact &fact);

} // namespace care::plugin

#endif
