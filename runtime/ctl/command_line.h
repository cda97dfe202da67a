// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The commands and options of libcare-ctl: what they are called, what they
// take, and what is said of a command line that is none.
#ifndef LIBCARE_RUNTIME_CTL_COMMAND_LINE_H
#define LIBCARE_RUNTIME_CTL_COMMAND_LINE_H

#include "runtime/ctl/options.h"

#include <CLI/CLI.hpp>

#include <string>

namespace care::runtime {

// What is parsed goes into `options`, which must live as long as `app`.
void declare_commands(CLI::App &app, Options &options);

// What is wrong with the command line, by the word that is wrong: of an unknown
// word and a missing option, the word is told.
std::string describe_mistake(const CLI::App &app, const CLI::ParseError &error);

} // namespace care::runtime

#endif
