// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The commands for single units of a compile: the two-step way takes the
// command that was given apart.
#ifndef LIBCARE_WRAPPER_CC_UNIT_COMMANDS_H
#define LIBCARE_WRAPPER_CC_UNIT_COMMANDS_H

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "wrapper/cc/command_line.h"
#include "wrapper/cc/settings.h"
#include "wrapper/cc/side_files.h"

namespace care::wrapper {

struct Unit {
  Input input;
  std::string object; // what the driver or the link expects
  SideFiles files;

  std::string path(std::string_view suffix) const {
    return files.stem + "." + std::string(suffix);
  }
};

// One for each source of the command.
Result<std::vector<Unit>> find_units(const Settings &settings,
                                     const CommandLine &command);

// The compiler and those arguments that compile, from -I to -W, or only those
// that the assembler needs as well.
std::vector<std::string> base_command(const Settings &settings,
                                      const CommandLine &command,
                                      bool assembles);

// As base_command, with -MD and the like naming what the whole command would
// have named.
std::vector<std::string> compile_command(const Settings &settings,
                                         const CommandLine &command,
                                         const Unit &unit);

// The link of a compile-and-link command: every unit's source is replaced by
// its object, and no -x is left that would make it a source again.
std::vector<std::string> link_command(const Settings &settings,
                                      const CommandLine &command,
                                      const std::vector<Unit> &units);

// Runs `command`, a base_command or compile_command, so that it writes the
// unit's assembly to `file`. The value is its exit status.
Result<int> make_assembly(const Settings &settings, const Unit &unit,
                          std::vector<std::string> command,
                          const std::string &file);

void append(std::vector<std::string> &command,
            std::initializer_list<std::string> more);

} // namespace care::wrapper

#endif
