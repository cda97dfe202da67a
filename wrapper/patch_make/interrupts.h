// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running a command so that Ctrl-C and SIGTERM end the command and not us: we
// have sources to put back first.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_INTERRUPTS_H
#define LIBCARE_WRAPPER_PATCH_MAKE_INTERRUPTS_H

#include <csignal>
#include <string>

#include "common/result.h"
#include "common/subprocess.h"

namespace care::patch_make {

// From construction on SIGINT, SIGTERM and SIGHUP are blocked and only looked
// at by the functions below. One object for the life of the process.
class Interrupts {
public:
  Interrupts();

  // The first signal that asked us to end; 0 if none did.
  int received();
  // An error if a signal was received.
  Error check();

  // As care::run, in a process group of its own. A signal that asks us to end
  // is passed on to the whole group; the result is then an error, but the
  // command has ended by the time we return.
  Result<ExitState> run(Command command);

  // One line from our standard input without its newline; an error at its end
  // and on a signal.
  Result<std::string> read_line();

private:
  Error interrupted() const;

  sigset_t signals_;
  int received_ = 0;
};

} // namespace care::patch_make

#endif
