// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where and how urgently the calling thread runs while the threads of a target
// stand still for it. For as long as an object of this class lives, nobody
// else's work comes first: on a busy machine, losing the processor in the
// middle of a stop makes microseconds into milliseconds. It never spins: where
// it waits, it sleeps. What the right is missing for (CAP_SYS_NICE) is left as
// it is.
#ifndef LIBCARE_RUNTIME_PROCESS_STOP_SCHEDULING_H
#define LIBCARE_RUNTIME_PROCESS_STOP_SCHEDULING_H

#include <cstddef>
#include <sched.h>
#include <sys/types.h>

namespace care::runtime {

class StopScheduling {
public:
  // For a stop of `thread_count` threads, of which `tid` of `pid` is one.
  StopScheduling(pid_t pid, pid_t tid, size_t thread_count);
  StopScheduling(const StopScheduling &) = delete;
  StopScheduling &operator=(const StopScheduling &) = delete;
  // As it was before, but for the processor.
  ~StopScheduling();

private:
  void raise_nice();
  void raise_to_real_time();

  enum class Raised { Nothing, Nice, RealTime };
  Raised raised_ = Raised::Nothing;
  int nice_before_ = 0;
  int policy_before_ = SCHED_OTHER;
  sched_param parameters_before_{};
};

} // namespace care::runtime

#endif
