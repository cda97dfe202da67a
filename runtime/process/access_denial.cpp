// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The kernel says EPERM for all of it. The order here is that of its checks:
// users and capabilities first, then Yama, then the big security modules; what
// comes first is the first thing that has to be put right.

#include "runtime/process/access_denial.h"

#include "common/parse_number.h"
#include "runtime/process/target_process.h"

#include <charconv>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace care::runtime {

namespace {

constexpr int cap_sys_ptrace = 19;

std::string first_line(const std::string &path) {
  Result<std::string> text = read_proc_file(path);
  if (!text)
    return "";
  // Security modules end their labels with a zero.
  return text->substr(0, text->find_first_of(std::string_view("\n\0", 2)));
}

bool has_capability() {
  std::string set =
      read_status_field(getpid(), getpid(), "CapEff").value_or("0");
  uint64_t bits = leading_number<uint64_t>(set, 16).value_or(0);
  return (bits >> cap_sys_ptrace & 1) != 0;
}

// Real, effective, saved and file system user, all ours.
bool has_our_user(pid_t pid, pid_t tid) {
  std::string user = std::to_string(geteuid());
  std::string ids = read_status_field(pid, tid, "Uid").value_or("");
  return ids == fmt::format("{}\t{}\t{}\t{}", user, user, user, user);
}

bool has_our_namespace(pid_t pid) {
  struct stat ours {
  }, theirs{};
  return stat("/proc/self/ns/user", &ours) != 0 ||
         stat(fmt::format("/proc/{}/ns/user", pid).c_str(), &theirs) != 0 ||
         ours.st_ino == theirs.st_ino;
}

} // namespace

DenialFacts examine_denial(pid_t pid, pid_t tid) {
  DenialFacts facts;
  facts.has_capability = has_capability();
  facts.is_same_user = has_our_user(pid, tid);
  facts.is_same_user_namespace = has_our_namespace(pid);
  std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  std::from_chars(scope.data(), scope.data() + scope.size(), facts.yama_scope);
  facts.is_selinux_enforcing = first_line("/sys/fs/selinux/enforce") == "1";
  facts.label = first_line(fmt::format("/proc/{}/attr/current", pid));
  if (facts.label.starts_with("unconfined"))
    facts.label.clear();
  return facts;
}

std::string explain_denial(const DenialFacts &facts) {
  if (!facts.has_capability && !facts.is_same_user)
    return "run as root or as the user of the process";
  if (facts.yama_scope >= 3)
    return fmt::format("kernel.yama.ptrace_scope is {}: nobody may attach to a "
                       "process until the next boot",
                       facts.yama_scope);
  if (!facts.has_capability && facts.yama_scope > 0)
    return fmt::format("kernel.yama.ptrace_scope is {}; run as root or grant "
                       "CAP_SYS_PTRACE",
                       facts.yama_scope);
  if (facts.is_selinux_enforcing)
    return fmt::format("SELinux may deny it (the process is '{}'); "
                       "'ausearch -m avc' shows whether it did, the boolean "
                       "deny_ptrace forbids it to everybody",
                       facts.label);
  if (!facts.label.empty())
    return fmt::format("a security module may deny it (the process is '{}'); "
                       "see the kernel's audit log",
                       facts.label);
  if (!facts.is_same_user_namespace)
    return "the process is in another user namespace; run in the one above it";
  if (!facts.has_capability)
    return "the process keeps its memory to itself (it has changed its user, "
           "or runs a file that it may not read); run as root";
  return "a security module or a user namespace denies access; see the "
         "kernel's audit log, and run outside of containers";
}

} // namespace care::runtime
