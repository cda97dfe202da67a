// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which thread to borrow, and whether its stack has room for what we put
// there.
#ifndef LIBCARE_RUNTIME_PROCESS_THREAD_CHOICE_H
#define LIBCARE_RUNTIME_PROCESS_THREAD_CHOICE_H

#include <functional>
#include <optional>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "runtime/arch/dead_man_frame.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

// The threads of a process, the least disturbed by a visit first: asleep in a
// system call without a time limit, asleep otherwise, running. Not those in an
// uninterruptible sleep.
Result<std::vector<pid_t>> rank_threads(pid_t pid);

// The part of a stack that lies below `sp` and belongs to that stack for sure:
// the main thread's [stack], or the mapping that a thread library made for a
// thread (it holds the thread's own control block, and a guard is below it).
// Nothing for any other place, such as a coroutine's stack on the heap, where
// the bytes below may be somebody else's.
using RegionFinder =
    std::function<std::optional<MemoryRegion>(RemoteAddress address)>;
std::optional<AddressRange> stack_below(const RegionFinder &find,
                                        RemoteAddress sp,
                                        RemoteAddress thread_pointer);

// Looks through executable memory of the target; libc first. Refused
// [kpatch-no-gadget] if a call cannot be made.
Result<Gadgets> find_gadgets(const RemoteMemory &memory, const MemoryMap &map);

} // namespace care::runtime

#endif
