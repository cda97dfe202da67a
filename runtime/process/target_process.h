// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What /proc says about a process and its threads, and why we may be denied
// access to one.
#ifndef LIBCARE_RUNTIME_PROCESS_TARGET_PROCESS_H
#define LIBCARE_RUNTIME_PROCESS_TARGET_PROCESS_H

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "common/result.h"

namespace care::runtime {

// Refuses what is never patched: ourselves, kernel threads [kpatch-target].
// TargetGone if there is no such process (or only a zombie).
Error check_target(pid_t pid);

// The threads of a process. TargetGone if there is no such process.
Result<std::vector<pid_t>> list_threads(pid_t pid);

// The name that a thread gave itself, for messages; empty if it ended.
std::string thread_name(pid_t pid, pid_t tid);

// /proc/PID/task/TID/status, which the kernel takes some time to write.
class ThreadStatus {
public:
  static Result<ThreadStatus> read(pid_t pid, pid_t tid);
  // A line such as "State" or "TracerPid", without its leading blanks.
  std::optional<std::string_view> field(std::string_view name) const;
  // Is there nothing left of it but its exit status?
  bool has_ended() const;

private:
  explicit ThreadStatus(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// One line of it. Nothing if the thread ended or there is no such line.
std::optional<std::string> read_status_field(pid_t pid, pid_t tid,
                                             std::string_view field);

// Is the thread gone, or is there nothing left of it but its exit status?
bool has_ended(pid_t pid, pid_t tid);

// Has the process ended, or begun to end? What it is asked for fails then in
// many ways.
bool is_ending(pid_t pid);

// A thread whose /proc entries show the process's memory: `pid` itself, unless
// the main thread has ended while others go on. Then its entries are empty.
pid_t living_thread(pid_t pid);

// A small file of /proc as text.
Result<std::string> read_proc_file(const std::string &path);

// `what` failed with `error_number` (EPERM, EACCES, ESRCH, ...): says why. A
// thread that ended is TargetGone, one traced by another process
// [kpatch-traced], no right to trace [kpatch-no-permission].
Error access_error(pid_t pid, pid_t tid, std::string what, int error_number);

} // namespace care::runtime

#endif
