// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All threads of a process stopped at once, for as short as possible.
//
// Seizing (which does not stop) is done first and is not part of the freeze.
// Then all threads are asked to stop and all are waited for; threads that
// appeared meanwhile are found by reading /proc/PID/task again until it holds
// no new one: with every known thread stopped, only a thread not yet known can
// have made another. The destructor lets everything go.
#ifndef LIBCARE_RUNTIME_PROCESS_STOPPED_PROCESS_H
#define LIBCARE_RUNTIME_PROCESS_STOPPED_PROCESS_H

#include <chrono>
#include <memory>
#include <span>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "runtime/arch/registers.h"
#include "runtime/process/seized_thread.h"
#include "runtime/process/stop_scheduling.h"
#include "runtime/process/target_process.h"

namespace care::runtime {

struct StoppedThread {
  SeizedThread thread;
  Registers registers;

  pid_t tid() const { return thread.tid(); }
};

class StoppedProcess {
public:
  // A thread that does not stop gives NotSafeNow and names it; nothing stays
  // stopped. `limit`: how long to wait for one that waits for a processor. One
  // in an uninterruptible sleep is waited for for 20 ms and 0.1 ms a thread.
  static Result<StoppedProcess>
  stop(pid_t pid,
       std::chrono::milliseconds limit = std::chrono::milliseconds(500));

  StoppedProcess(StoppedProcess &&) noexcept = default;
  StoppedProcess &operator=(StoppedProcess &&) = delete;
  ~StoppedProcess();

  pid_t pid() const { return pid_; }
  std::span<const StoppedThread> threads() const { return threads_; }
  // A stopped thread, for RemoteMemory::write_forced; 0 if all have ended.
  pid_t any_tid() const { return threads_.empty() ? 0 : threads_[0].tid(); }

  // Lets all threads go; goes on past a failure and reports all of them.
  Error release();

  // From the first request to stop to the last thread let go; up to now while
  // still stopped.
  std::chrono::nanoseconds frozen_time() const;

private:
  using clock = std::chrono::steady_clock;
  explicit StoppedProcess(pid_t pid) : pid_(pid) {}

  Error stop_all(std::chrono::milliseconds limit,
                 std::vector<SeizedThread> &seized);
  Error wait_for(SeizedThread &thread);

  pid_t pid_;
  std::vector<StoppedThread> threads_;
  // Kept until everything runs again: to close them costs time.
  UniqueFd task_folder_;
  std::unique_ptr<WaitDeadline> deadline_, deadline_of_sleeping_;
  std::unique_ptr<StopScheduling> scheduling_;
  clock::time_point frozen_since_{};
  clock::time_point released_{};
};

} // namespace care::runtime

#endif
