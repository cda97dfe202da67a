// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The codes and next steps of the error kinds. Most refusals bring their own,
// which say more; this is for the many places where a system call can fail or a
// process can end. docs/refusals.md explains the codes.

#include "runtime/ctl/refusal.h"

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

struct Completion {
  const char *code;
  const char *note;
};

Completion completion_of(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::System:
    return {"kpatch-system",
            "nothing was changed; the kernel denied what was needed"};
  case ErrorKind::Format:
    return {"kpatch-unsupported",
            "nothing was changed; a process of this kind cannot be patched"};
  case ErrorKind::TargetGone:
    return {"kpatch-no-process",
            "'libcare-ctl info' lists the processes that have patches"};
  case ErrorKind::NotSafeNow:
    return {"kpatch-not-safe-now",
            "nothing was changed; try again, or give a longer --timeout"};
  case ErrorKind::TargetDirty:
    return {
        "kpatch-undo-failed",
        "the process may run a mixture of old and new code; 'libcare-ctl "
        "recover' tries again to settle it; if it cannot, restart the process"};
  case ErrorKind::Refused:
  case ErrorKind::Usage:
    break;
  }
  return {"", "nothing was changed; docs/refusals.md explains the code"};
}

// A stack is no next step, nor is what failed when a process ended.
bool has_next_step(const Error &error) {
  for (const std::string &note : error.notes())
    if (!note.starts_with("stack:") && !note.starts_with("before that:"))
      return true;
  return false;
}

} // namespace

Error complete_refusal(Error error) {
  if (!error || error.kind() == ErrorKind::Usage)
    return error;
  Completion completion = completion_of(error.kind());
  if (error.code().empty())
    error = std::move(error).with_code(completion.code);
  if (!has_next_step(error))
    error = std::move(error).note(completion.note);
  return error;
}

Error consider_end(pid_t pid, Error error) {
  if (!error || error.kind() == ErrorKind::TargetGone || !is_ending(pid))
    return error;
  return target_gone("the process has ended")
      .note("before that: " + error.message());
}

bool is_passed_over(const Error &error) {
  return error.kind() == ErrorKind::TargetGone ||
         error.code() == "kpatch-target" ||
         error.code() == "kpatch-process-32bit";
}

} // namespace care::runtime
