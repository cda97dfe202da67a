// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stop: the only time in which all threads of the target stand still.
//
// Everything is computed before. Between the first thread stopped and the last
// one let go there is nothing but: stop, look at every stack, compare the bytes
// to be written over with those expected, write, let go. If a thread is in the
// code to be switched, all are let go at once and it is tried again later,
// with growing pauses, until the time limit.
#ifndef LIBCARE_RUNTIME_PATCH_SWITCH_CODE_H
#define LIBCARE_RUNTIME_PATCH_SWITCH_CODE_H

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/activation.h"
#include "runtime/patch/journal.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct SwitchOptions {
  std::chrono::milliseconds timeout{5000};
  // Suspended coroutines inside the code are the user's responsibility.
  bool ignore_coroutines = false;
  // Functions whose old and new code may run side by side, by the word of the
  // user.
  std::vector<std::string> allow_active;
};

// The journal of one region in the course of a switch.
struct StateChange {
  RemoteAddress base;
  JournalChange before;
  JournalChange during; // written before the stop
  JournalChange after;  // written when everything runs again
};

struct SwitchResult {
  std::chrono::nanoseconds frozen{0}; // of the successful attempt
  unsigned attempts = 0;
  // The change was made, but the journal could not be told; empty if it was.
  std::string journal_problem;
};

// Read-only memory of the target, or text, outside of a stop.
Error write_header(const Target &target, RemoteAddress to,
                   std::span<const uint8_t> bytes);

// `states` of patches that are put in come before those of patches that are
// taken off. All or nothing. On failure the target is as before; TargetDirty if
// that could not be reached.
Result<SwitchResult> switch_code(const Target &target,
                                 const Activation &activation,
                                 std::span<const StateChange> states,
                                 const SwitchOptions &options);

// The same up to the first write: would it be safe now? Writes nothing.
Result<SwitchResult> check_switch(const Target &target,
                                  const Activation &activation,
                                  const SwitchOptions &options);

} // namespace care::runtime

#endif
