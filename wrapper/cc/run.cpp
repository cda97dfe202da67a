// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With KPCC_DEBUG every command is printed before it runs, ready to be pasted
// into a shell.

#include "wrapper/cc/run.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "common/diagnostics.h"
#include "common/subprocess.h"

namespace care::wrapper {

static void show(const Settings &settings,
                 const std::vector<std::string> &command) {
  if (settings.debug < 1)
    return;
  std::string line = shell_quoted(command) + "\n";
  // A closed stderr is the user's choice; there is nowhere to report it.
  [[maybe_unused]] ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

Error become(const Settings &settings, std::vector<std::string> command) {
  show(settings, command);
  std::vector<char *> pointers;
  for (std::string &argument : command)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  return system_error("cannot run '" + command[0] + "'", errno);
}

Result<int> run_child(const Settings &settings,
                      std::vector<std::string> command) {
  show(settings, command);
  Result<ExitState> state = run({.arguments = std::move(command)});
  if (!state)
    return state.take_error();
  return state->signal != 0 ? 128 + state->signal : state->status;
}

} // namespace care::wrapper
