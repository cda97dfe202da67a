// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every refusal of libcare-ctl has: a stable code and a next step.
#ifndef LIBCARE_RUNTIME_CTL_REFUSAL_H
#define LIBCARE_RUNTIME_CTL_REFUSAL_H

#include <sys/types.h>

#include "common/result.h"

namespace care::runtime {

// Gives `error` the code and the note of its kind, as far as the place where it
// comes from has given none. Command line mistakes need no code.
Error complete_refusal(Error error);

// What failed of a process that has ended, or is about to, says nothing of its
// own: TargetGone then, with the message in a note. Otherwise `error`.
Error consider_end(pid_t pid, Error error);

// With `all`: processes that end meanwhile, and those that are never patched
// (kernel threads, 32-bit programs, this one), are passed over without a word.
bool is_passed_over(const Error &error);

} // namespace care::runtime

#endif
