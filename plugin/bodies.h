// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fingerprint of what the source of a function says. Equal fingerprints of
// the original and the patched function mean that nobody edited it, so that
// another code of it comes from what it inlines or uses.
#ifndef LIBCARE_PLUGIN_BODIES_H
#define LIBCARE_PLUGIN_BODIES_H

#include <string>

// Before GCC's headers, which poison names that its own includes use.
#include "common/facts.h"

#include "plugin/gcc_headers.h"

namespace care::plugin {

// Registers for the event that gives a function's body.
void start_collecting_bodies(const char *plugin_name);

// Of a FUNCTION_DECL, 16 hex digits; empty if no body of it was parsed.
std::string parsed_body(tree function);

// The fingerprint of what a static local of C++ is initialised with when its
// function runs for the first time, by its guard variable; empty if not known.
std::string guarded_initialiser(tree guard);

} // namespace care::plugin

#endif
