// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stop, check, write, let go; and again if it was not safe.
//
// The journal brackets the writes: a region is `applying` (or `reverting`)
// from before the first byte of code changes until after the last one, so that
// whoever comes after our death knows what to look at. Journal and code go out
// in one ordered list of writes; on a failure the ones done are taken back in
// reverse order.

#include "runtime/patch/switch_code.h"

#include "runtime/patch/code_writes.h"
#include "runtime/patch/stack_check.h"
#include "runtime/process/stopped_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace care::runtime {

namespace {

using clock = std::chrono::steady_clock;

template <typename T> std::span<const uint8_t> bytes_of(const T &value) {
  return {reinterpret_cast<const uint8_t *>(&value), sizeof value};
}

// The whole change as an ordered list, and its reverse. Both have the same
// length, so that the number of writes done says which ones to take back.
struct WriteList {
  std::vector<MemoryWrite> forward;
  std::vector<MemoryWrite> backward; // [i] undoes forward[i]
};

WriteList make_write_list(const CodeWrites &code,
                          std::span<const StateChange> states) {
  WriteList list;
  for (const StateChange &state : states) {
    RemoteAddress to = state.base + journal_change_offset();
    list.forward.push_back({to, bytes_of(state.during)});
    list.backward.push_back({to, bytes_of(state.before)});
  }
  std::span<const MemoryWrite> undo = code.undo_writes();
  list.forward.insert(list.forward.end(), code.writes().begin(),
                      code.writes().end());
  list.backward.insert(list.backward.end(), undo.begin(), undo.end());
  for (const StateChange &state : states) {
    RemoteAddress to = state.base + journal_change_offset();
    list.forward.push_back({to, bytes_of(state.after)});
    list.backward.push_back({to, bytes_of(state.during)});
  }
  return list;
}

bool holds(const RemoteMemory &memory, const MemoryWrite &expected) {
  std::vector<uint8_t> now(expected.bytes.size());
  Error error = memory.read(expected.to, now);
  return !error && std::equal(now.begin(), now.end(), expected.bytes.begin());
}

// Undoes what was done, goes on past failures and tells about all of them.
Error undo(const RemoteMemory &memory, const WriteList &list, size_t done,
           pid_t stopped_tid) {
  Error problems;
  // The one that failed may have been written in part, or not at all: what
  // counts is what is there in the end.
  size_t count = std::min(done + 1, list.backward.size());
  for (size_t i = count; i-- > 0;) {
    Error error = memory.write_forced({&list.backward[i], 1}, stopped_tid);
    if (error && !holds(memory, list.backward[i]))
      problems = join_errors(std::move(problems), std::move(error));
  }
  if (!problems)
    return {};
  return Error(ErrorKind::TargetDirty,
               "the change could not be undone: " + problems.message())
      .note("the process may run a mixture of old and new code; restart it "
            "when you can");
}

enum class Outcome { Switched, Busy };

struct Attempt {
  Outcome outcome = Outcome::Switched;
  BusyCode busy;
  std::chrono::nanoseconds frozen{0};
};

Result<Attempt> attempt_switch(const Target &target, CodeWrites &code,
                               const WriteList &list, StackCheck &check,
                               const SwitchOptions &options) {
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.pid());
  if (!stopped)
    return stopped.take_error();
  // From here on the target stands still; `stopped` lets it go on every path.
  Result<std::optional<BusyCode>> busy =
      check.find_busy(*stopped, options.ignore_coroutines);
  if (!busy)
    return busy.take_error();
  Attempt attempt;
  if (*busy) {
    attempt.outcome = Outcome::Busy;
    attempt.busy = std::move(**busy);
    if (Error error = stopped->release())
      return error;
    return attempt;
  }
  if (Error error = code.verify(target.memory()))
    return error;
  size_t done = 0;
  Error failure =
      target.memory().write_forced(list.forward, stopped->any_tid(), &done);
  if (failure)
    return join_errors(std::move(failure),
                       undo(target.memory(), list, done, stopped->any_tid()));
  // Committed. A thread that cannot be let go has ended.
  Error released = stopped->release();
  attempt.frozen = stopped->frozen_time();
  if (released && released.kind() != ErrorKind::TargetGone)
    return released;
  return attempt;
}

} // namespace

Result<SwitchResult> switch_code(const Target &target,
                                 const Activation &activation,
                                 std::span<const StateChange> states,
                                 const SwitchOptions &options) {
  Result<CodeWrites> code =
      CodeWrites::make(target.memory(), target.map(), activation);
  if (!code)
    return code.take_error();
  code->touch_pages(target.memory());
  WriteList list = make_write_list(*code, states);
  StackCheck check(target, activation);

  clock::time_point deadline = clock::now() + options.timeout;
  std::chrono::milliseconds pause(1);
  SwitchResult result;
  for (;;) {
    ++result.attempts;
    if (Error error = check.search_other_stacks())
      return error;
    Result<Attempt> attempt =
        attempt_switch(target, *code, list, check, options);
    bool is_busy = attempt ? attempt->outcome == Outcome::Busy
                           : attempt.error().kind() == ErrorKind::NotSafeNow;
    if (!attempt && !is_busy)
      return attempt.take_error();
    if (!is_busy) {
      result.frozen = attempt->frozen;
      return result;
    }
    // Never holding a thread while waiting.
    if (clock::now() + pause >= deadline) {
      Error error =
          attempt ? check.describe(attempt->busy) : attempt.take_error();
      return std::move(error).note(fmt::format(
          "nothing was changed; {} attempts in {} s; try again later, or with "
          "a longer --timeout",
          result.attempts,
          std::chrono::duration<double>(options.timeout).count()));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(100));
  }
}

} // namespace care::runtime
