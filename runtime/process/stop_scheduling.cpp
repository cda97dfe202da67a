// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SCHED_FIFO for ordinary threads; one that has a real-time priority already
// keeps it. Children would not inherit it, and if we die it goes with us.

#include "runtime/process/urgent_priority.h"

namespace care::runtime {

UrgentPriority::UrgentPriority() {
  policy_ = sched_getscheduler(0); // 0: the calling thread
  bool is_ordinary = policy_ == SCHED_OTHER || policy_ == SCHED_BATCH;
  if (!is_ordinary || sched_getparam(0, &parameters_) != 0)
    return;
  sched_param urgent{};
  urgent.sched_priority = sched_get_priority_min(SCHED_FIFO);
  is_raised_ =
      sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &urgent) == 0;
}

UrgentPriority::~UrgentPriority() {
  // What was allowed before is allowed again; there is nobody to tell.
  if (is_raised_)
    (void)sched_setscheduler(0, policy_, &parameters_);
}

} // namespace care::runtime
