// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One thread of the target, borrowed to make system calls and function calls
// in its process. The other threads keep running and no code is overwritten.
//
// Before the thread's registers change, a signal frame with its original state
// (the dead-man frame) lies below its stack's red zone, and every call that we
// make returns into rt_sigreturn. If we die at any instant, the thread
// finishes the call, restores itself from the frame and goes on where it was.
// docs/ptrace-rules.md tells the whole story.
#ifndef LIBCARE_RUNTIME_PROCESS_BORROWED_THREAD_H
#define LIBCARE_RUNTIME_PROCESS_BORROWED_THREAD_H

#include <cstdint>
#include <memory>
#include <span>
#include <sys/types.h>

#include "common/result.h"
#include "runtime/arch/registers.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

class BorrowedThread {
public:
  // Chooses a thread with room on its stack, asleep in a system call if there
  // is one. `map` is of the same process and says where code is. NotSafeNow
  // if no thread is suitable just now; refused [kpatch-no-gadget],
  // [kpatch-seccomp], [kpatch-shadow-stack] if none ever will be.
  static Result<BorrowedThread> borrow(const RemoteMemory &memory,
                                       const MemoryMap &map);

  BorrowedThread(BorrowedThread &&) noexcept;
  BorrowedThread &operator=(BorrowedThread &&) = delete;
  ~BorrowedThread();

  pid_t tid() const;

  // The kernel's answer; -errno comes back as a SystemError. Number and
  // arguments are the target's. Refused [kpatch-seccomp] if a filter of the
  // target would end it or forbid the call.
  Result<uint64_t> system_call(int64_t number,
                               const SystemCallArguments &arguments);
  // The number of the error that the last system_call() gave, else 0.
  int last_errno() const;

  // Calls a function of the target with up to six integer arguments, and gives
  // what it returns. A function that faults is refused [kpatch-call-failed],
  // one that does not return within a second is NotSafeNow; the thread is as
  // before in both cases.
  Result<uint64_t> call_function(RemoteAddress function,
                                 std::span<const uint64_t> arguments = {});

  // Restores the thread and lets it go. The destructor does the same.
  Error give_back();

private:
  struct Data;
  explicit BorrowedThread(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

} // namespace care::runtime

#endif
