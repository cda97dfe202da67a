// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Work on many processes at the same time.
//
// ptrace wants all calls for a thread to come from the thread that attached to
// it. So one piece of work, from its first look at a process to the last word
// in its report, stays on one thread of ours.
#ifndef LIBCARE_RUNTIME_CTL_SIDE_BY_SIDE_H
#define LIBCARE_RUNTIME_CTL_SIDE_BY_SIDE_H

#include <cstddef>
#include <functional>

namespace care::runtime {

// Processors that we may run on.
size_t processor_count();

// Calls work(i) for each i below `count`, on up to `thread_count` threads (0:
// on the calling one, without a tick while it works). On the calling thread:
// done(i), in the order of i, as soon as it and all before it are; and now and
// then tick(number of finished ones). Where no thread can be made, the calling
// thread does the work.
void work_side_by_side(size_t count, size_t thread_count,
                       const std::function<void(size_t)> &work,
                       const std::function<void(size_t)> &done,
                       const std::function<void(size_t)> &tick);

} // namespace care::runtime

#endif
