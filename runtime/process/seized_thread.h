// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread of the target that we trace, and maybe hold stopped.
//
// The guard detaches in its destructor, so that no early return leaves a
// thread of the target frozen. Code on the success path calls detach() itself,
// because a destructor has nowhere to report a failure. PTRACE_SEIZE neither
// stops the thread nor sends it a signal; a signal that is on its way when we
// stop the thread is delivered, never swallowed.
#ifndef LIBCARE_RUNTIME_PROCESS_SEIZED_THREAD_H
#define LIBCARE_RUNTIME_PROCESS_SEIZED_THREAD_H

#include <cstdint>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "common/result.h"
#include "runtime/process/wait_status.h"

namespace care::runtime {

class SeizedThread {
public:
  // Does not stop it. `pid` is the process of `tid`. A thread that ended is
  // TargetGone; traced by another: [kpatch-traced]; not allowed:
  // [kpatch-no-permission]; kernel threads, ourselves: [kpatch-target].
  static Result<SeizedThread> seize(pid_t pid, pid_t tid);

  SeizedThread(SeizedThread &&other) noexcept
      : pid_(other.pid_), tid_(std::exchange(other.tid_, 0)),
        is_stopped_(other.is_stopped_), signal_(other.signal_) {}
  SeizedThread &operator=(SeizedThread &&other) = delete;
  ~SeizedThread();

  pid_t tid() const { return tid_; }
  bool is_stopped() const { return is_stopped_; }

  // Asks for a stop and does not wait; then waits for it. On the way, signals
  // are delivered as if nobody looked. After wait_for_stop() the thread is in
  // PTRACE_EVENT_STOP, a place from which the kernel restarts an interrupted
  // system call by itself. NotSafeNow when the deadline passes: the thread is
  // in an uninterruptible sleep. TargetGone when it ended.
  Error request_stop();
  Error wait_for_stop(const WaitDeadline &deadline);

  // Lets a stopped thread run to its next system call entry or exit.
  Error run_to_system_call(int signal = 0);
  // Lets it run on until something else stops it.
  Error resume(int signal = 0);
  Result<WaitStatus> wait(const WaitDeadline &deadline);

  // Ends the tracing; a stopped thread runs on. Success also if it ended.
  Error detach();

private:
  friend Error detach_all(std::vector<SeizedThread> threads);
  SeizedThread(pid_t pid, pid_t tid) : pid_(pid), tid_(tid) {}

  Error detach_stopped();
  void make_late();

  pid_t pid_;
  pid_t tid_; // 0: moved from, detached or gone
  bool is_stopped_ = false;
  int signal_ = 0; // to be delivered when it runs on
};

// Lets all of them go, none later for the sake of another. Some may be late
// after that.
Error detach_all(std::vector<SeizedThread> threads);

// A thread that is in an uninterruptible sleep when it is let go stays ours,
// and would stand still when it wakes up. This lets go of those that have woken
// up; whoever waits for something calls it now and then. What is left is let go
// by the kernel when the thread of ours ends that seized it.
//
// Returns how many are left. As long as there are any, to stop their process
// would hold up its other threads for nothing.
size_t let_go_of_late_threads();

} // namespace care::runtime

#endif
