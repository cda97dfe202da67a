// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stop all threads, read their registers, let them go. The order is chosen for
// the shortest freeze: seize everything first (the process runs), then
// interrupt all, then wait for all. Each thread needs one interrupt, one wait,
// one register read and one detach, and nothing else happens in between.

#include "runtime/process/stopped_process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unordered_set>

#include <fmt/format.h>

#include "common/unique_fd.h"

namespace care::runtime {

namespace {

// Seizes the threads that are not in `known` yet and adds them to it. A thread
// that ended meanwhile is passed over.
Error seize_new_threads(pid_t pid, std::unordered_set<pid_t> &known,
                        std::vector<SeizedThread> &seized) {
  Result<std::vector<pid_t>> tids = list_threads(pid);
  if (!tids)
    return tids.take_error();
  for (pid_t tid : *tids) {
    if (!known.insert(tid).second)
      continue;
    Result<SeizedThread> thread = SeizedThread::seize(pid, tid);
    if (thread) {
      seized.push_back(std::move(*thread));
      continue;
    }
    Error error = thread.take_error();
    if (error.kind() != ErrorKind::TargetGone)
      return error;
  }
  return {};
}

// How long all threads stand still for one that is asleep where it cannot be
// stopped; many threads need more than a few milliseconds in any case.
constexpr std::chrono::microseconds sleeping_limit(20'000);
constexpr std::chrono::microseconds limit_per_thread(100);

// The link count of /proc/PID/task is 2 and the number of threads. When as many
// threads exist as we hold, there is no other, and the folder, which costs as
// much as stopping the threads, need not be read. -1 if it cannot be asked.
int64_t count_threads(const UniqueFd &task_folder) {
  struct stat status {};
  if (fstat(task_folder.get(), &status) != 0 || status.st_nlink < 2)
    return -1;
  return static_cast<int64_t>(status.st_nlink) - 2;
}

} // namespace

Result<StoppedProcess> StoppedProcess::stop(pid_t pid,
                                            std::chrono::milliseconds limit) {
  if (Error error = check_target(pid))
    return error;
  StoppedProcess process(pid); // every return below releases
  std::vector<SeizedThread> seized;
  if (Error error = process.stop_all(limit, seized)) {
    error = join_errors(std::move(error), process.release());
    return join_errors(std::move(error), detach_all(std::move(seized)));
  }
  if (process.threads_.empty())
    return target_gone("the process has ended");
  return process;
}

// Waits for one of the threads that were asked. What runs, or waits for a
// processor, stops soon; what sleeps where it cannot be stopped may never do
// so, and everybody else stands still meanwhile.
Error StoppedProcess::wait_for(SeizedThread &thread) {
  Error error = thread.wait_for_stop(*deadline_of_sleeping_);
  if (!error || error.kind() != ErrorKind::NotSafeNow)
    return error;
  std::optional<std::string> state =
      read_status_field(pid_, thread.tid(), "State");
  if (!state || state->starts_with('D'))
    return error;
  return thread.wait_for_stop(*deadline_);
}

// Those not stopped when it fails are left in `seized`.
Error StoppedProcess::stop_all(std::chrono::milliseconds limit,
                               std::vector<SeizedThread> &seized) {
  std::unordered_set<pid_t> known;
  // Two looks before the clock starts: the second finds the threads that were
  // made during the first, and costs nothing while the process runs.
  for (int look = 0; look < 2; ++look)
    if (Error error = seize_new_threads(pid_, known, seized))
      return error;
  task_folder_ = UniqueFd(open(fmt::format("/proc/{}/task", pid_).c_str(),
                               O_PATH | O_DIRECTORY | O_CLOEXEC));
  deadline_ = std::make_unique<WaitDeadline>(limit);
  deadline_of_sleeping_ = std::make_unique<WaitDeadline>(
      std::min(limit, std::chrono::ceil<std::chrono::milliseconds>(
                          sleeping_limit + limit_per_thread * seized.size())));
  threads_.reserve(seized.size() + 16);
  if (!seized.empty())
    scheduling_ = std::make_unique<StopScheduling>(pid_, seized.front().tid(),
                                                   seized.size());

  // From here on the target is being stopped.
  frozen_since_ = clock::now();
  while (!seized.empty()) {
    for (SeizedThread &thread : seized) {
      Error error = thread.request_stop();
      if (error && error.kind() != ErrorKind::TargetGone)
        return error;
    }
    for (SeizedThread &thread : seized) {
      Error error = wait_for(thread);
      bool has_ended = error && error.kind() == ErrorKind::TargetGone &&
                       !thread.is_stopped(); // stopped: it called execve
      if (has_ended)
        continue;
      if (error)
        return error;
      Result<Registers> registers = Registers::read(thread.tid());
      if (!registers)
        return registers.take_error();
      threads_.push_back({std::move(thread), *registers});
    }
    seized.clear();
    if (count_threads(task_folder_) == static_cast<int64_t>(threads_.size()))
      return {};
    if (Error error = seize_new_threads(pid_, known, seized))
      return error;
  }
  return {};
}

Error StoppedProcess::release() {
  Error errors;
  for (StoppedThread &stopped : threads_)
    if (stopped.thread.is_stopped()) {
      if (stopped.registers.hide_interruption())
        // A failure leaves an EINTR that the program must expect anyway.
        (void)static_cast<bool>(stopped.registers.write(stopped.tid()));
      errors = join_errors(std::move(errors), stopped.thread.detach());
    }
  if (!threads_.empty())
    released_ = clock::now();
  scheduling_.reset();
  threads_.clear();
  return errors;
}

StoppedProcess::~StoppedProcess() {
  // The destructors of the threads detach; release() is the way to know.
  Error ignored = release();
  (void)ignored;
}

std::chrono::nanoseconds StoppedProcess::frozen_time() const {
  if (frozen_since_ == clock::time_point{})
    return {};
  clock::time_point end =
      released_ == clock::time_point{} ? clock::now() : released_;
  return end - frozen_since_;
}

} // namespace care::runtime
