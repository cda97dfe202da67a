// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the tools take a command line. Header only, for main.cpp files: what
// CLI11 throws ends here.
#ifndef LIBCARE_COMMON_PARSE_COMMAND_LINE_H
#define LIBCARE_COMMON_PARSE_COMMAND_LINE_H

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "common/diagnostics.h"
#include "common/result.h"

namespace care {

// The exit status, if the tool has nothing more to do: it was asked for help or
// for its version, or the command line is wrong, which was reported.
inline std::optional<int> parse_command_line(CLI::App &app, int argc,
                                             char **argv,
                                             Diagnostics &diagnostics) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError &error) {
    diagnostics.report(usage_error(error.what()));
    return exit_status(ErrorKind::Usage);
  }
  return std::nullopt;
}

// --allow, which may be repeated.
inline CLI::Option *add_allow_option(CLI::App &app,
                                     std::vector<std::string> &answers,
                                     const std::string &description) {
  return app.add_option("--allow", answers, description)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

} // namespace care

#endif
