// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processes that share their memory with another process.
#ifndef LIBCARE_RUNTIME_PROCESS_SHARED_MEMORY_H
#define LIBCARE_RUNTIME_PROCESS_SHARED_MEMORY_H

#include <sys/types.h>

#include "common/result.h"

namespace care::runtime {

// NotSafeNow [kpatch-shared-memory] if a parent or child process runs in the
// same memory (vfork, posix_spawn, clone with CLONE_VM): changing the code of
// one changes that of the other, whose threads would not be stopped.
Error check_memory_is_own(pid_t pid);

} // namespace care::runtime

#endif
