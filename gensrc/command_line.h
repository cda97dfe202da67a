// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of kpatch_gensrc.
#ifndef LIBCARE_GENSRC_COMMAND_LINE_H
#define LIBCARE_GENSRC_COMMAND_LINE_H

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"

namespace care::gensrc {

struct CommandLine {
  std::vector<std::string> inputs;
  std::string link;                    // of a link: the side files' stem
  std::vector<std::string> link_units; // ... and those of its units
  std::vector<std::string> kept_units; // not compiled in the patched stage
  std::string output = "-";
  std::string report, report_format = "lines", changes;
  std::string os, arch = "x86_64";
  int debug = 0;
  bool test_mode = false;
  std::string ignore_changes, unlink_symbols, must_adapt;
  DebugFilter filter;
  DiffOptions options;
};

void declare_options(CLI::App &app, CommandLine &line);

} // namespace care::gensrc

#endif
