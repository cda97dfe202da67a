// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// waitid() and what it says, decoded once into a value. The only file that
// waits; it knows nothing of what a stop means to whoever asked for it.
#ifndef LIBCARE_RUNTIME_PROCESS_WAIT_STATUS_H
#define LIBCARE_RUNTIME_PROCESS_WAIT_STATUS_H

#include <chrono>
#include <optional>
#include <sys/types.h>
#include <time.h>

#include "common/result.h"

namespace care::runtime {

enum class WaitKind {
  Exited,         // the thread ended, by itself or by a signal
  InterruptStop,  // PTRACE_EVENT_STOP after PTRACE_INTERRUPT
  GroupStop,      // PTRACE_EVENT_STOP with a stop signal: the whole process
                  // is stopped by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU
  SignalStop,     // a signal is about to be delivered
  SystemCallStop, // entry or exit of a system call
  EventStop,      // another PTRACE_EVENT
};

class WaitStatus {
public:
  static WaitStatus decode(int raw);

  WaitKind kind() const { return kind_; }
  int signal() const { return signal_; } // SignalStop, GroupStop
  int event() const { return event_; }   // EventStop: PTRACE_EVENT_*
  bool is_stop() const { return kind_ != WaitKind::Exited; }

private:
  WaitKind kind_ = WaitKind::Exited;
  int signal_ = 0;
  int event_ = 0;
};

// A point in time after which wait_for_thread() gives up. While it lives, a
// timer interrupts a waiting waitid() of the calling thread now and then.
class WaitDeadline {
public:
  explicit WaitDeadline(std::chrono::milliseconds limit);
  WaitDeadline(const WaitDeadline &) = delete;
  WaitDeadline &operator=(const WaitDeadline &) = delete;
  ~WaitDeadline();

  bool has_passed() const { return clock::now() >= end_; }
  // False if the system has no timer to spare; then a wait has to poll.
  bool has_timer() const { return has_timer_; }

private:
  using clock = std::chrono::steady_clock;
  clock::time_point end_;
  timer_t timer_{};
  bool has_timer_ = false;
};

// The next change of a traced thread since it was resumed. Nothing if the
// deadline passed. A thread that is no longer there, also a main thread that
// ended before the others (which no wait reports), is Exited.
Result<std::optional<WaitStatus>> wait_for_thread(pid_t tid,
                                                  const WaitDeadline &deadline);

// What it has to report at this moment, if anything.
std::optional<WaitStatus> poll_thread(pid_t tid);

} // namespace care::runtime

#endif
