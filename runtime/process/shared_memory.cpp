// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kcmp(2) tells whether two processes have one memory. Asked of the parent,
// which catches a vfork child, and of the children. A child that is made after
// this question is no danger while it lives by vfork: the thread that made it
// waits for it where it cannot be stopped, so that the stop fails.

#include "runtime/process/shared_memory.h"

#include "common/parse_number.h"
#include "runtime/process/target_process.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

namespace care::runtime {

// Without kcmp (a kernel built without it, no permission for the other one)
// the answer is no: a vfork child is then found by its waiting parent only.
static bool has_same_memory(pid_t a, pid_t b) {
  return syscall(SYS_kcmp, a, b, KCMP_VM, 0, 0) == 0;
}

static Error shared_with(pid_t other) {
  return not_safe_now(fmt::format("shares its memory with process {} ({})",
                                  other, thread_name(other, other)))
      .with_code("kpatch-shared-memory")
      .note("one of them is the other's child by vfork, posix_spawn or clone; "
            "nothing was changed, try again when the child has started its "
            "program or ended");
}

Error check_memory_is_own(pid_t pid) {
  std::string parent = read_status_field(pid, pid, "PPid").value_or("0");
  pid_t parent_pid = leading_number<pid_t>(parent).value_or(0);
  if (parent_pid > 0 && has_same_memory(pid, parent_pid))
    return shared_with(parent_pid);
  Result<std::vector<pid_t>> tids = list_threads(pid);
  if (!tids)
    return tids.take_error();
  for (pid_t tid : *tids) {
    // "12 13 ": absent in kernels without CONFIG_PROC_CHILDREN.
    Result<std::string> children =
        read_proc_file(fmt::format("/proc/{}/task/{}/children", pid, tid));
    if (!children)
      continue;
    std::string_view rest = *children;
    while (!rest.empty()) {
      std::optional<pid_t> child = leading_number<pid_t>(rest);
      if (child && has_same_memory(pid, *child))
        return shared_with(*child);
      size_t next = rest.find(' ');
      rest.remove_prefix(next == rest.npos ? rest.size() : next + 1);
    }
  }
  return {};
}

} // namespace care::runtime
