// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a thread's seccomp filters would say about a system call, known before
// the call is made: a filter may end the whole process for it.
#ifndef LIBCARE_RUNTIME_PROCESS_SECCOMP_FILTER_H
#define LIBCARE_RUNTIME_PROCESS_SECCOMP_FILTER_H

#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <span>
#include <sys/types.h>
#include <vector>

#include "common/result.h"

namespace care::runtime {

// Runs one classic BPF program as the kernel does and returns its SECCOMP_RET
// value. A program that is not well formed kills, as in the kernel.
uint32_t run_seccomp_program(std::span<const sock_filter> program,
                             const seccomp_data &data);

class SeccompFilters {
public:
  // Of a thread that we hold stopped. Needs CAP_SYS_ADMIN when there are
  // filters; refused [kpatch-seccomp] without it.
  static Result<SeccompFilters> read(pid_t pid, pid_t tid);

  bool is_empty() const { return programs_.empty() && !is_strict_; }
  // The strictest SECCOMP_RET action of all filters.
  uint32_t action(const seccomp_data &data) const;

private:
  std::vector<std::vector<sock_filter>> programs_;
  bool is_strict_ = false; // SECCOMP_MODE_STRICT
};

} // namespace care::runtime

#endif
