// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The signals are blocked and waited for, together with SIGCHLD. There is no
// handler, and so no window between looking and waiting in which one could be
// lost. A command that does not end within five seconds of the signal is
// killed, because the sources must not stay patched for its sake.

#include "wrapper/patch_make/interrupts.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace care::patch_make {

constexpr timespec patience = {5, 0};
constexpr timespec no_wait = {0, 0};

Interrupts::Interrupts() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  // nohup(1) has SIGHUP ignored, and means it.
  struct sigaction action = {};
  sigaction(SIGHUP, nullptr, &action);
  if (action.sa_handler != SIG_IGN)
    sigaddset(&signals_, SIGHUP);
  sigset_t blocked = signals_;
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
}

int Interrupts::received() {
  int signal = sigtimedwait(&signals_, nullptr, &no_wait);
  if (signal > 0 && received_ == 0)
    received_ = signal;
  return received_;
}

Error Interrupts::interrupted() const {
  return Error(ErrorKind::System,
               std::string("interrupted by SIG") + sigabbrev_np(received_));
}

Error Interrupts::check() {
  if (received() != 0)
    return interrupted();
  return {};
}

Result<ExitState> Interrupts::run(Command command) {
  if (Error error = check())
    return error;
  command.own_process_group = true;
  Result<pid_t> pid = start(command);
  if (!pid)
    return pid.take_error();

  sigset_t awaited = signals_;
  sigaddset(&awaited, SIGCHLD);
  for (;;) {
    int wait_status = 0;
    pid_t ended = waitpid(*pid, &wait_status, WNOHANG);
    if (ended == *pid) {
      if (received_ != 0)
        return interrupted();
      return exit_state(wait_status);
    }
    if (ended < 0)
      return system_error("cannot wait for '" + command.arguments[0] + "'",
                          errno);
    int signal =
        sigtimedwait(&awaited, nullptr, received_ != 0 ? &patience : nullptr);
    if (signal < 0 && errno == EAGAIN) {
      kill(-*pid, SIGKILL);
    } else if (signal > 0 && signal != SIGCHLD) {
      received_ = signal;
      kill(-*pid, signal);
    }
  }
}

Result<std::string> Interrupts::read_line() {
  UniqueFd signal_fd(signalfd(-1, &signals_, SFD_CLOEXEC));
  if (!signal_fd.is_open())
    return system_error("signalfd", errno);
  std::string line;
  for (;;) {
    pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {signal_fd.get(), POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR)
      return system_error("standard input", errno);
    if (waits[1].revents != 0)
      if (Error error = check())
        return error;
    if (waits[0].revents == 0)
      continue;
    // One at a time: what follows the line belongs to the next question.
    char c = 0;
    ssize_t count = read(STDIN_FILENO, &c, 1);
    if (count < 0)
      return system_error("standard input", errno);
    if (count == 0 && line.empty())
      return Error(ErrorKind::System, "standard input has ended");
    if (count == 0 || c == '\n')
      return line;
    line += c;
  }
}

} // namespace care::patch_make
