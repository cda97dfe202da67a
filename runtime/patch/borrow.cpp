// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The map of the target is read once; in a process with thousands of mappings
// that takes long.

#include "runtime/patch/borrow.h"

#include "runtime/process/seized_thread.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace care::runtime {

Result<BorrowedThread> borrow_thread(const Target &target) {
  using clock = std::chrono::steady_clock;
  clock::time_point deadline = clock::now() + target.patience();
  std::chrono::milliseconds pause(1);
  for (;;) {
    Result<BorrowedThread> thread =
        BorrowedThread::borrow(target.memory(), target.map());
    bool is_worth_waiting = !thread &&
                            thread.error().kind() == ErrorKind::NotSafeNow &&
                            clock::now() + pause < deadline;
    if (!is_worth_waiting)
      return thread;
    std::this_thread::sleep_for(pause);
    let_go_of_late_threads();
    pause = std::min(pause * 2, std::chrono::milliseconds(100));
  }
}

} // namespace care::runtime
