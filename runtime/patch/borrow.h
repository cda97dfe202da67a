// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread of the target for remote calls, with patience: when no thread is
// suitable at the moment (all of them in places where a frame cannot be put),
// one soon is.
#ifndef LIBCARE_RUNTIME_PATCH_BORROW_H
#define LIBCARE_RUNTIME_PATCH_BORROW_H

#include "common/result.h"
#include "runtime/patch/target.h"
#include "runtime/process/borrowed_thread.h"

namespace care::runtime {

// Tries again, as long as the target's patience lasts, while it is NotSafeNow.
Result<BorrowedThread> borrow_thread(const Target &target);

} // namespace care::runtime

#endif
