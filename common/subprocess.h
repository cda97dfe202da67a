// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running other programs with exact arguments: no shell, no quoting, signals
// and exit status passed through as they are.
#ifndef LIBCARE_COMMON_SUBPROCESS_H
#define LIBCARE_COMMON_SUBPROCESS_H

#include <string>
#include <vector>

#include <sys/types.h>

#include "common/result.h"

namespace care {

struct Command {
  std::vector<std::string> arguments; // [0] is looked up in PATH
  // NAME=VALUE entries that replace or add to our own environment.
  std::vector<std::string> environment = {};
  std::string directory = {}; // empty: ours
  // File that takes stdout and stderr, appended; empty: inherited.
  std::string log = {};
  std::string standard_input = {}; // file; empty: inherited
  // In a process group of its own, with no signal blocked and SIGINT, SIGTERM
  // and SIGHUP as they are by default: for a caller that blocks signals, waits
  // for them itself, and ends the whole group.
  bool own_process_group = false;
};

struct ExitState {
  int status = 0; // exit status, if signal is 0
  int signal = 0; // the signal that ended it, else 0
  bool ok() const { return status == 0 && signal == 0; }
  // "exit status 2" or "killed by signal 11 (Segmentation fault)"
  std::string describe() const;
};

// Starts the command and waits for it. An Error only if it could not be
// started; a failing program is an ExitState.
Result<ExitState> run(const Command &command);

// Starts the command and does not wait for it: the caller does, with waitpid.
Result<pid_t> start(const Command &command);
// What waitpid's status says about a process that ended.
ExitState exit_state(int wait_status);

// The same as run(), with its stdout returned (stderr inherited or to the log).
struct CapturedRun {
  ExitState state;
  std::string output;
};
Result<CapturedRun> run_and_capture(const Command &command);

// The arguments quoted so that they can be pasted into a shell.
std::string shell_quoted(const std::vector<std::string> &arguments);

} // namespace care

#endif
