// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What waitpid says about traced threads. The numbers are those of ptrace(2).

#include <csignal>
#include <gtest/gtest.h>
#include <sys/ptrace.h>

#include "runtime/process/wait_status.h"

using namespace care::runtime;

namespace {

constexpr int stopped_by(int signal) {
  return signal << 8 | 0x7f;
}

TEST(WaitStatus, TellsOurStopFromAGroupStop) {
  WaitStatus ours =
      WaitStatus::decode(stopped_by(SIGTRAP) | PTRACE_EVENT_STOP << 16);
  EXPECT_EQ(ours.kind(), WaitKind::InterruptStop);
  WaitStatus group =
      WaitStatus::decode(stopped_by(SIGTSTP) | PTRACE_EVENT_STOP << 16);
  EXPECT_EQ(group.kind(), WaitKind::GroupStop);
  EXPECT_EQ(group.signal(), SIGTSTP);
}

TEST(WaitStatus, KeepsTheSignalThatIsToBeDelivered) {
  WaitStatus status = WaitStatus::decode(stopped_by(SIGUSR1));
  EXPECT_EQ(status.kind(), WaitKind::SignalStop);
  EXPECT_EQ(status.signal(), SIGUSR1);
  // A real SIGTRAP is a signal, not the end of a system call.
  EXPECT_EQ(WaitStatus::decode(stopped_by(SIGTRAP)).kind(),
            WaitKind::SignalStop);
}

TEST(WaitStatus, KnowsSystemCallsExecAndTheEnd) {
  EXPECT_EQ(WaitStatus::decode(stopped_by(SIGTRAP | 0x80)).kind(),
            WaitKind::SystemCallStop);
  WaitStatus exec =
      WaitStatus::decode(stopped_by(SIGTRAP) | PTRACE_EVENT_EXEC << 16);
  EXPECT_EQ(exec.kind(), WaitKind::EventStop);
  EXPECT_EQ(exec.event(), PTRACE_EVENT_EXEC);
  EXPECT_EQ(WaitStatus::decode(0).kind(), WaitKind::Exited);
  EXPECT_EQ(WaitStatus::decode(SIGKILL).kind(), WaitKind::Exited);
}

} // namespace
