// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two ways, each measured to be the better one for its case (bench/freeze.py):
//
// - One thread to stop: most of the time goes into waking it on one processor
//   and us on another, both asleep. So we go to where it ran last, and have the
//   best ordinary priority: it stops when we wait, and we go on when it has
//   stopped, all on a processor that is awake. With a real-time priority of
//   ours, the kernel would wake it on another, idle one.
// - Several: they stop side by side, on all processors. A real-time priority
//   keeps those that were woken from taking our processor before the last one
//   was asked.
//
// A thread of ours that has a real-time priority already keeps it.

#include "runtime/process/stop_scheduling.h"

#include <cerrno>
#include <optional>
#include <string_view>
#include <sys/resource.h>

#include <fmt/format.h>

#include "common/parse_number.h"
#include "runtime/process/target_process.h"

namespace care::runtime {

// `processor` of proc(5), the 39th field of a line whose second, the name, may
// hold blanks and parentheses.
static std::optional<unsigned> last_processor(pid_t pid, pid_t tid) {
  constexpr int fields_behind_name = 39 - 2;
  Result<std::string> line =
      read_proc_file(fmt::format("/proc/{}/task/{}/stat", pid, tid));
  if (!line)
    return std::nullopt;
  std::string_view rest = *line;
  rest.remove_prefix(std::min(rest.rfind(')') + 1, rest.size()));
  for (int i = 0; i < fields_behind_name; ++i) {
    size_t blank = rest.find(' ');
    if (blank == rest.npos)
      return std::nullopt;
    rest.remove_prefix(blank + 1);
  }
  return leading_number<unsigned>(rest);
}

// Only there if we may run there anyway; and from then on wherever we may.
static void move_to(unsigned processor) {
  cpu_set_t allowed;
  if (processor >= CPU_SETSIZE ||
      sched_getaffinity(0, sizeof allowed, &allowed) != 0 ||
      !CPU_ISSET(processor, &allowed))
    return;
  cpu_set_t there;
  CPU_ZERO(&there);
  CPU_SET(processor, &there);
  if (sched_setaffinity(0, sizeof there, &there) == 0)
    (void)sched_setaffinity(0, sizeof allowed, &allowed);
}

StopScheduling::StopScheduling(pid_t pid, pid_t tid, size_t thread_count) {
  policy_before_ = sched_getscheduler(0); // 0: the calling thread
  bool is_ordinary =
      policy_before_ == SCHED_OTHER || policy_before_ == SCHED_BATCH;
  if (is_ordinary && thread_count == 1)
    raise_nice();
  else if (is_ordinary)
    raise_to_real_time();
  std::optional<unsigned> processor;
  if (thread_count == 1)
    processor = last_processor(pid, tid);
  if (processor)
    move_to(*processor);
}

void StopScheduling::raise_nice() {
  constexpr int best = -20;
  errno = 0; // -1 is a priority, too
  nice_before_ = getpriority(PRIO_PROCESS, 0);
  if (errno == 0 && setpriority(PRIO_PROCESS, 0, best) == 0)
    raised_ = Raised::Nice;
}

void StopScheduling::raise_to_real_time() {
  sched_param lowest{};
  lowest.sched_priority = sched_get_priority_min(SCHED_FIFO);
  // A child would not inherit it.
  if (sched_getparam(0, &parameters_before_) == 0 &&
      sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0)
    raised_ = Raised::RealTime;
}

// Less is always allowed; there is nobody to tell.
StopScheduling::~StopScheduling() {
  if (raised_ == Raised::Nice)
    (void)setpriority(PRIO_PROCESS, 0, nice_before_);
  if (raised_ == Raised::RealTime)
    (void)sched_setscheduler(0, policy_before_, &parameters_before_);
}

} // namespace care::runtime
