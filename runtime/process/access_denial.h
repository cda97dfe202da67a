// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Why the kernel denies us access to a process, and what helps.
#ifndef LIBCARE_RUNTIME_PROCESS_ACCESS_DENIAL_H
#define LIBCARE_RUNTIME_PROCESS_ACCESS_DENIAL_H

#include <string>
#include <sys/types.h>

namespace care::runtime {

// What the decision of the kernel depends on (ptrace(2), "Ptrace access mode
// checking").
struct DenialFacts {
  bool has_capability = false; // CAP_SYS_PTRACE, in our user namespace
  bool is_same_user = false;   // the process has our user in every respect
  bool is_same_user_namespace = true;
  int yama_scope = 0; // kernel.yama.ptrace_scope; 0 without Yama
  bool is_selinux_enforcing = false;
  std::string label = {}; // what a security module calls the process
};

DenialFacts examine_denial(pid_t pid, pid_t tid);

// A sentence: the reason that is most likely, and the next step.
std::string explain_denial(const DenialFacts &facts);

} // namespace care::runtime

#endif
