// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading /proc, and telling the reasons for EPERM apart. The kernel says
// "Operation not permitted" for a thread that is a zombie, that somebody else
// traces, that belongs to another user, or that a security module protects;
// what to do next is different for each.

#include "runtime/process/target_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/parse_number.h"
#include "common/unique_fd.h"
#include "runtime/process/access_denial.h"

namespace care::runtime {

Result<std::string> read_proc_file(const std::string &path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open())
    return system_error(path, errno);
  std::string text;
  char buffer[16384];
  for (;;) {
    ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return system_error(path, errno);
    if (count == 0)
      return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

Result<ThreadStatus> ThreadStatus::read(pid_t pid, pid_t tid) {
  Result<std::string> text =
      read_proc_file(fmt::format("/proc/{}/task/{}/status", pid, tid));
  if (!text)
    return text.take_error();
  return ThreadStatus(std::move(*text));
}

std::optional<std::string_view>
ThreadStatus::field(std::string_view name) const {
  std::string_view rest = text_;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(name) || line.size() <= name.size() ||
        line[name.size()] != ':')
      continue;
    line.remove_prefix(name.size() + 1);
    size_t text = line.find_first_not_of(" \t");
    return text == line.npos ? "" : line.substr(text);
  }
  return std::nullopt;
}

bool ThreadStatus::has_ended() const {
  std::string_view state = field("State").value_or("X");
  return state.starts_with('Z') || state.starts_with('X');
}

std::optional<std::string> read_status_field(pid_t pid, pid_t tid,
                                             std::string_view field) {
  Result<ThreadStatus> status = ThreadStatus::read(pid, tid);
  std::optional<std::string_view> line =
      status ? status->field(field) : std::nullopt;
  return line ? std::optional<std::string>(*line) : std::nullopt;
}

// Without a file descriptor to spare, say, /proc tells nothing; a thread that
// is taken for ended would be left in the middle of what it does for us.
bool has_ended(pid_t pid, pid_t tid) {
  Result<ThreadStatus> status = ThreadStatus::read(pid, tid);
  if (!status)
    return syscall(SYS_tgkill, pid, tid, 0) == -1 && errno == ESRCH;
  return status->has_ended();
}

namespace {

// PF_* of the kernel's include/linux/sched.h, which /proc/PID/stat shows.
constexpr unsigned long flag_exiting = 0x4, flag_dumping_core = 0x200,
                        flag_killed = 0x400, flag_kernel_thread = 0x200000;

// None if the thread is not there.
unsigned long task_flags(pid_t pid, pid_t tid) {
  Result<std::string> text =
      read_proc_file(fmt::format("/proc/{}/task/{}/stat", pid, tid));
  if (!text)
    return 0;
  // The ninth field, the seventh behind the name, which may hold anything.
  unsigned long flags = 0;
  size_t name_end = text->rfind(')');
  if (name_end != text->npos)
    sscanf(text->c_str() + name_end, ") %*c %*d %*d %*d %*d %*d %lu", &flags);
  return flags;
}

bool has_pending_kill(pid_t pid, pid_t tid) {
  std::optional<std::string> pending = read_status_field(pid, tid, "SigPnd");
  uint64_t signals =
      leading_number<uint64_t>(pending.value_or("0"), 16).value_or(0);
  return (signals >> (SIGKILL - 1) & 1) != 0;
}

} // namespace

bool is_ending(pid_t pid) {
  Result<std::vector<pid_t>> tids = list_threads(pid);
  if (!tids)
    return tids.error().kind() == ErrorKind::TargetGone;
  return std::all_of(tids->begin(), tids->end(), [&](pid_t tid) {
    constexpr unsigned long end =
        flag_exiting | flag_dumping_core | flag_killed;
    return has_pending_kill(pid, tid) || (task_flags(pid, tid) & end) != 0 ||
           has_ended(pid, tid);
  });
}

std::string thread_name(pid_t pid, pid_t tid) {
  Result<std::string> name =
      read_proc_file(fmt::format("/proc/{}/task/{}/comm", pid, tid));
  if (!name)
    return "";
  while (!name->empty() && name->back() == '\n')
    name->pop_back();
  return *name;
}

Result<std::vector<pid_t>> list_threads(pid_t pid) {
  std::string path = fmt::format("/proc/{}/task", pid);
  std::unique_ptr<DIR, int (*)(DIR *)> folder(opendir(path.c_str()), closedir);
  if (!folder)
    return errno == ENOENT || errno == ESRCH ? target_gone("no such process")
                                             : system_error(path, errno);
  std::vector<pid_t> tids;
  while (const dirent *entry = readdir(folder.get())) {
    std::optional<pid_t> tid = parse_number<pid_t>(entry->d_name);
    if (tid && *tid > 0)
      tids.push_back(*tid);
  }
  return tids;
}

pid_t living_thread(pid_t pid) {
  if (!has_ended(pid, pid))
    return pid;
  if (Result<std::vector<pid_t>> tids = list_threads(pid))
    for (pid_t tid : *tids)
      if (!has_ended(pid, tid))
        return tid;
  return pid;
}

Error check_target(pid_t pid) {
  if (pid <= 0)
    return refused("kpatch-target", fmt::format("{} is not a process", pid));
  if (pid == getpid())
    return refused("kpatch-target", "cannot patch the patching tool itself");
  Result<ThreadStatus> status = ThreadStatus::read(pid, pid);
  if (!status)
    return target_gone("no such process");
  std::optional<std::string_view> group = status->field("Tgid");
  if (group && *group != std::to_string(pid))
    return refused("kpatch-target",
                   fmt::format("is a thread of process {}", *group))
        .note("give the number of the process");
  // Without memory, there is no VmSize line: a kernel thread, or the end.
  if (status->field("VmSize") && !status->has_ended())
    return {};
  Result<std::vector<pid_t>> tids = list_threads(pid);
  if (!tids)
    return tids.take_error();
  // A main thread may have ended while the others go on.
  if (has_ended(pid, pid) && tids->size() <= 1)
    return target_gone("the process has ended");
  for (pid_t tid : *tids)
    if (read_status_field(pid, tid, "VmSize"))
      return {};
  if (task_flags(pid, pid) & flag_kernel_thread)
    return refused("kpatch-target", "is a kernel thread");
  return target_gone("the process is about to end");
}

Error access_error(pid_t pid, pid_t tid, std::string what, int error_number) {
  if (error_number == ESRCH || error_number == ENOENT || has_ended(pid, tid))
    return target_gone(pid == tid ? "the process has ended"
                                  : fmt::format("thread {} has ended", tid));
  if (error_number != EPERM && error_number != EACCES)
    return system_error(std::move(what), error_number);
  std::optional<std::string> tracer = read_status_field(pid, tid, "TracerPid");
  if (tracer && *tracer != "0") {
    pid_t tracer_pid = leading_number<pid_t>(*tracer).value_or(0);
    // A thread of ours that is about to end, which lets it go.
    if (read_status_field(tracer_pid, tracer_pid, "Tgid") ==
        std::to_string(getpid()))
      return not_safe_now("has not stopped in time and is being let go");
    return refused("kpatch-traced",
                   fmt::format("is traced by process {} ({})", *tracer,
                               thread_name(tracer_pid, tracer_pid)))
        .note("end the debugger or tracer and try again");
  }
  return system_error(std::move(what), error_number)
      .with_code("kpatch-no-permission")
      .note(explain_denial(examine_denial(pid, tid)));
}

} // namespace care::runtime
