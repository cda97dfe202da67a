// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Link-time optimisation: the processes that GCC runs when a program is linked.
//
// One of them (WPA) decides for the whole program, and others (ltrans) write
// the assembly of one partition each. Their side files are
//
//   SIDE.link.STAGE.facts               of the whole program
//   SIDE.link.N.STAGE.s, .symbols       of partition N
//
// What is done with them is the wrapper's, when the last of them has ended.
#ifndef LIBCARE_PLUGIN_LINK_TIME_H
#define LIBCARE_PLUGIN_LINK_TIME_H

#include <string>
#include <string_view>

#include "common/result.h"

#include "plugin/arguments.h"

namespace care::plugin {

// Registers for what has to be known early, if this is a process of a link.
// `arguments` are those of the process.
void start_watching_link(const char *plugin_name, Arguments &arguments);

// For the process of the link that this is.
Error keep_link_time(const Arguments &arguments);

// What the link calls the unit that is compiled; empty without -flto.
std::string link_id();

// The assembly of a unit: its own code, if it has any ("fat" objects), and the
// sections that only the link reads.
struct SplitAssembly {
  std::string code;
  std::string link;
};
SplitAssembly split_assembly(std::string_view text);

// A section, for the link alone, that tells where the side files of the unit
// are.
std::string side_files_section(const UnitFiles &files);

} // namespace care::plugin

#endif
