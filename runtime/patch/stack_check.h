// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Is any thread of a stopped process, or any suspended coroutine, inside code
// that is to be switched? One check for all code of all objects.
#ifndef LIBCARE_RUNTIME_PATCH_STACK_CHECK_H
#define LIBCARE_RUNTIME_PATCH_STACK_CHECK_H

#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/activation.h"
#include "runtime/patch/target.h"
#include "runtime/process/other_stacks.h"
#include "runtime/process/stack_scan.h"
#include "runtime/process/stopped_process.h"
#include "runtime/process/unwinder.h"

namespace care::runtime {

// Why it is not safe now, kept as data: names are looked up after everything
// runs again.
struct BusyCode {
  pid_t tid = 0; // 0: a stack of no thread
  size_t guarded_index = 0;
  bool is_innermost = false;      // executing, not waiting for a return
  std::vector<StackFrame> frames; // empty if the unwinder failed
  std::string unwind_problem;
  OtherStackHit other_stack;
};

class StackCheck {
public:
  // Reads unwind tables ahead. `target` must outlive it.
  StackCheck(const Target &target, const Activation &activation);

  // Before the stop: suspended stacks. Done again for each attempt.
  Error search_other_stacks();

  // Inside the stop. Nothing: no thread is in the code. `further` is read on
  // the way, to save a system call; only then, it is complete.
  Result<std::optional<BusyCode>>
  find_busy(const StoppedProcess &process, bool ignore_coroutines,
            std::span<const MemoryRead> further);

  const CodeRanges &ranges() const { return ranges_; }

  // NotSafeNow with process, thread, function and stack.
  Error describe(const BusyCode &busy);

private:
  Result<std::optional<BusyCode>>
  check_thread(const StoppedThread &thread,
               std::span<const MemoryRead> further);

  const Target &target_;
  const Activation &activation_;
  std::vector<AddressRange> code_;
  CodeRanges ranges_;
  Unwinder unwinder_;
  std::optional<MappingQuery> mappings_;
  std::optional<OtherStacks> other_stacks_;
  StackCopy stack_; // used again for every thread
  std::vector<ScanHit> hits_;
  std::vector<AddressRange> thread_stacks_;
};

} // namespace care::runtime

#endif
