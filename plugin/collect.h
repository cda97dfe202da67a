// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Gathers the facts of the unit that this compiler process compiles. One
// unit, so the state is the process's: start_collecting() when the plugin is
// loaded, finish_collecting() when the assembly is complete.
#ifndef LIBCARE_PLUGIN_COLLECT_H
#define LIBCARE_PLUGIN_COLLECT_H

#include <map>
#include <string>

#include "common/facts.h"

#include "plugin/gcc_headers.h"

namespace care::plugin {

// Registers for the events that tell about inlining and types.
void start_collecting(const char *plugin_name);

// Where functions, variables and types are declared, by symbol and by name:
// what a message about one of them should point at.
using Places = std::map<std::string, location_t, std::less<>>;

struct Collected {
  Facts facts;
  Places places;
};
Collected finish_collecting();

// The assembler's name; empty if GCC has not made one.
std::string symbol_of(tree decl);
// The same, or the name in the source.
std::string symbol_or_name(tree decl);
// Of a clone with the name `symbol`: the symbol of what it was made from.
std::string clone_origin(cgraph_node *node, const std::string &symbol);

} // namespace care::plugin

#endif
