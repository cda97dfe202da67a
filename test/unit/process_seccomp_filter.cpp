// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Our evaluation of seccomp filters decides whether a call is injected at all;
// a wrong "allowed" would end the target.

#include <cstddef>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <vector>

#include "runtime/process/seccomp_filter.h"

using namespace care::runtime;

namespace {

seccomp_data call(int number) {
  seccomp_data data{};
  data.nr = number;
  return data;
}

// mmap gives an error, a writable and executable mprotect kills.
const std::vector<sock_filter> program = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 4),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 1, 2),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

TEST(SeccompFilter, FollowsJumps) {
  EXPECT_EQ(run_seccomp_program(program, call(SYS_mmap)),
            SECCOMP_RET_ERRNO | 1u);
  EXPECT_EQ(run_seccomp_program(program, call(SYS_munmap)), SECCOMP_RET_ALLOW);
}

TEST(SeccompFilter, LooksAtArguments) {
  seccomp_data protect = call(SYS_mprotect);
  protect.args[2] = 1;
  EXPECT_EQ(run_seccomp_program(program, protect), SECCOMP_RET_ALLOW);
  protect.args[2] = 5;
  EXPECT_EQ(run_seccomp_program(program, protect), SECCOMP_RET_KILL_PROCESS);
}

TEST(SeccompFilter, MalformedProgramsKill) {
  std::vector<sock_filter> endless = {BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1)};
  EXPECT_EQ(run_seccomp_program(endless, call(0)), SECCOMP_RET_KILL_PROCESS);
  std::vector<sock_filter> outside = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(seccomp_data)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  EXPECT_EQ(run_seccomp_program(outside, call(0)), SECCOMP_RET_KILL_PROCESS);
}

} // namespace
