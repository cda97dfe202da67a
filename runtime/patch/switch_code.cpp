// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stop, check, write, let go; and again if it was not safe.
//
// The journal brackets the writes: a region is `applying` (or `reverting`)
// from before the stop, when no byte of code has changed, until after it. Both
// are written while the process runs: in between, the state says that the
// entries have to be looked at, and they tell the truth. So the stop itself
// writes code only. On a failure, the writes done are taken back in reverse
// order.

#include "runtime/patch/switch_code.h"

#include "runtime/patch/code_writes.h"
#include "runtime/patch/rehearsal.h"
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

bool holds(const RemoteMemory &memory, const MemoryWrite &expected) {
  std::vector<uint8_t> now(expected.bytes.size());
  Error error = memory.read(expected.to, now);
  return !error && std::equal(now.begin(), now.end(), expected.bytes.begin());
}

// Undoes what was done, goes on past failures and tells about all of them.
Error undo(const RemoteMemory &memory, std::span<const MemoryWrite> backward,
           size_t done, pid_t stopped_tid) {
  Error problems;
  // The one that failed may have been written in part, or not at all: what
  // counts is what is there in the end.
  size_t count = std::min(done + 1, backward.size());
  for (size_t i = count; i-- > 0;) {
    Error error = memory.write_forced({&backward[i], 1}, stopped_tid);
    if (error && !holds(memory, backward[i]))
      problems = join_errors(std::move(problems), std::move(error));
  }
  if (!problems)
    return {};
  return Error(ErrorKind::TargetDirty,
               "the change could not be undone: " + problems.message())
      .note("the process may run a mixture of old and new code; 'libcare-ctl "
            "recover' tries again to settle it; if it cannot, restart the "
            "process");
}

enum class Purpose { Change, Check };
enum class Outcome { Switched, Busy };

struct Attempt {
  Outcome outcome = Outcome::Switched;
  BusyCode busy;
  std::chrono::nanoseconds frozen{0};
};

Result<Attempt> attempt_switch(const Target &target, const CodeWrites &code,
                               StackCheck &check, Purpose purpose,
                               const SwitchOptions &options) {
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.pid());
  if (!stopped)
    return stopped.take_error();
  // From here on the target stands still; `stopped` lets it go on every path.
  Result<std::optional<BusyCode>> busy =
      check.find_busy(*stopped, options.ignore_coroutines, code.reads());
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
  if (Error error = code.verify())
    return error;
  size_t done = 0;
  pid_t tid = stopped->any_tid();
  Error failure;
  if (purpose == Purpose::Change)
    failure = target.memory().write_forced(code.writes(), tid, &done);
  if (failure)
    return join_errors(std::move(failure),
                       undo(target.memory(), code.undo_writes(), done, tid));
  // Committed. A thread that cannot be let go has ended.
  Error released = stopped->release();
  attempt.frozen = stopped->frozen_time();
  if (released && released.kind() != ErrorKind::TargetGone)
    return released;
  return attempt;
}

Error give_up(Error error, size_t attempts, const SwitchOptions &options) {
  return std::move(error).note(fmt::format(
      "nothing was changed; {} attempt{} in {} s; try again later, or with a "
      "longer --timeout",
      attempts, attempts == 1 ? "" : "s",
      std::chrono::duration<double>(options.timeout).count()));
}

// Tries until it is safe or the time is over, never holding a thread while
// waiting.
Result<SwitchResult> switch_entries(const Target &target,
                                    const CodeWrites &code, StackCheck &check,
                                    Purpose purpose,
                                    const SwitchOptions &options) {
  clock::time_point deadline = clock::now() + options.timeout;
  std::chrono::milliseconds pause(1);
  SwitchResult result;
  for (;;) {
    ++result.attempts;
    if (Error error = check.search_other_stacks())
      return error;
    if (result.attempts == 1)
      rehearse_stop(code, check.ranges());
    Result<Attempt> attempt =
        attempt_switch(target, code, check, purpose, options);
    bool is_busy = attempt ? attempt->outcome == Outcome::Busy
                           : attempt.error().kind() == ErrorKind::NotSafeNow;
    if (!attempt && !is_busy)
      return attempt.take_error();
    if (!is_busy) {
      note_stop();
      result.frozen = attempt->frozen;
      return result;
    }
    do {
      if (clock::now() + pause >= deadline)
        return give_up(attempt ? check.describe(attempt->busy)
                               : attempt.take_error(),
                       result.attempts, options);
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, std::chrono::milliseconds(100));
    } while (let_go_of_late_threads() > 0);
  }
}

// Writes one of the three versions of every journal, in the order given: all
// are tried, the first failure is told.
//
// Killed in between, the next call has to draw the right conclusion. So a patch
// that is put in is the first to say so, and the last to take it back: while
// one says `applying`, those that say `reverting` are put back with it undone.
Error write_journals(const Target &target,
                     std::span<const StateChange *const> states,
                     JournalChange StateChange::*version) {
  Error problem;
  for (const StateChange *state : states) {
    Error error = write_header(target, state->base + journal_change_offset(),
                               bytes_of(state->*version));
    if (error && !problem)
      problem = std::move(error);
  }
  return problem;
}

} // namespace

Error write_header(const Target &target, RemoteAddress to,
                   std::span<const uint8_t> bytes) {
  Error error = target.memory().write_forced(to, bytes);
  if (!error || error.kind() == ErrorKind::TargetGone)
    return error;
  // A second time with a stopped thread: there is another way then.
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.pid());
  if (!stopped)
    return error;
  return target.memory().write_forced(to, bytes, stopped->any_tid());
}

Result<SwitchResult> switch_code(const Target &target,
                                 const Activation &activation,
                                 std::span<const StateChange> states,
                                 const SwitchOptions &options) {
  Result<CodeWrites> code =
      CodeWrites::make(target.memory(), target.map(), activation);
  if (!code)
    return code.take_error();
  code->touch_pages(target.memory());
  StackCheck check(target, activation);
  std::vector<const StateChange *> order;
  for (const StateChange &state : states)
    order.push_back(&state);
  Error failure = write_journals(target, order, &StateChange::during);
  Result<SwitchResult> result =
      failure ? Result<SwitchResult>(std::move(failure))
              : switch_entries(target, *code, check, Purpose::Change, options);
  if (!result) {
    Error error = result.take_error();
    // What could not be undone is for `recover` to find.
    if (error.kind() == ErrorKind::TargetDirty)
      return error;
    std::reverse(order.begin(), order.end());
    return join_errors(std::move(error),
                       write_journals(target, order, &StateChange::before));
  }
  // The change is made. If this fails, the journal says that the entries have
  // to be looked at, and the next call does so.
  if (Error error = write_journals(target, order, &StateChange::after))
    result->journal_problem = error.message();
  return result;
}

Result<SwitchResult> check_switch(const Target &target,
                                  const Activation &activation,
                                  const SwitchOptions &options) {
  Result<CodeWrites> code =
      CodeWrites::make(target.memory(), target.map(), activation);
  if (!code)
    return code.take_error();
  StackCheck check(target, activation);
  return switch_entries(target, *code, check, Purpose::Check, options);
}

} // namespace care::runtime
