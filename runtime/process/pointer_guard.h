// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The number that glibc mixes into the pointers that setjmp saves.
#ifndef LIBCARE_RUNTIME_PROCESS_POINTER_GUARD_H
#define LIBCARE_RUNTIME_PROCESS_POINTER_GUARD_H

#include <cstdint>

#include "runtime/process/remote_memory.h"

namespace care::runtime {

// Zero if it cannot be found out.
uint64_t read_pointer_guard(const RemoteMemory &memory);

} // namespace care::runtime

#endif
