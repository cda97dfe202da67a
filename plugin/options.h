// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCC's own list of the options of this compilation: taking the plugin out of
// it, and reading those that decide about the code.
#ifndef LIBCARE_PLUGIN_OPTIONS_H
#define LIBCARE_PLUGIN_OPTIONS_H

#include <string>
#include <vector>

namespace care::plugin {

// Makes GCC forget how the plugin was loaded, so that no output differs from
// one made without it.
void hide_plugin_options();

// "GNU C17 12.2.0 (Debian 12.2.0-14)"
std::string compiler_name();

// The options in order, without those that cannot change what an unchanged
// source compiles to: names of outputs and include folders, macro definitions,
// warnings and how they look, dependency files, plugins.
std::vector<std::string> code_options();

// The macros of the command line: -D, -U, -include, -imacros, in order.
std::vector<std::string> macro_options();

} // namespace care::plugin

#endif
