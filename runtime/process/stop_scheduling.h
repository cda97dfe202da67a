// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// While the threads of a target stand still for us, nobody else's work should
// come first: on a busy machine, losing the processor in the middle of a stop
// makes microseconds into milliseconds. The calling thread gets the lowest
// real-time priority for as long as this object lives. It never spins: where
// it waits, it sleeps. Without the right to do so (CAP_SYS_NICE) it stays as it
// is.
#ifndef LIBCARE_RUNTIME_PROCESS_URGENT_PRIORITY_H
#define LIBCARE_RUNTIME_PROCESS_URGENT_PRIORITY_H

#include <sched.h>

namespace care::runtime {

class UrgentPriority {
public:
  UrgentPriority();
  UrgentPriority(const UrgentPriority &) = delete;
  UrgentPriority &operator=(const UrgentPriority &) = delete;
  ~UrgentPriority();

private:
  bool is_raised_ = false;
  int policy_ = 0;
  sched_param parameters_{};
};

} // namespace care::runtime

#endif
