// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frame around the commands that change processes. A failure in one process
// does not stop the others; processes that nobody asked for in particular and
// that are nobody's business (ended, kernel threads) are passed over without a
// word.
//
// Many processes are gone through in two rounds. The first one waits for
// nobody and keeps as many threads busy as there are processors. What was not
// safe at that moment, or was not complete because the process was just
// starting, is tried again in the second one, with all the patience
// that the user allows, and all of them at the same time: that is waiting, not
// work.

#include "runtime/ctl/change_command.h"

#include <algorithm>
#include <chrono>

#include "runtime/ctl/process_list.h"
#include "runtime/ctl/progress.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/side_by_side.h"
#include "runtime/patch/removed_memory.h"

namespace care::runtime {

namespace {

struct Round {
  std::vector<ChosenProcess> processes;
  const Options &options;
  size_t thread_count;
  bool is_last;
};

class ManyProcesses {
public:
  ManyProcesses(const ProcessList &list, const ProcessChange &change,
                ReportWriter &writer)
      : list_(list), change_(change), writer_(writer),
        progress_(list.processes.size()) {}

  // Reports what is settled; gives back what is to be tried again.
  std::vector<ChosenProcess> run(const Round &round) {
    std::vector<ProcessReport> reports(round.processes.size());
    std::vector<Error> errors(round.processes.size());
    std::vector<ChosenProcess> again;
    auto work = [&](size_t i) {
      pid_t pid = round.processes[i].pid;
      reports[i].pid = pid;
      errors[i] = consider_end(
          pid, change_(pid, list_.is_single(), round.options, reports[i]));
    };
    auto done = [&](size_t i) {
      bool is_busy = errors[i] && errors[i].kind() == ErrorKind::NotSafeNow;
      if ((is_busy || reports[i].is_loading) && !round.is_last)
        again.push_back(round.processes[i]);
      else
        add(round.processes[i], std::move(reports[i]), std::move(errors[i]));
    };
    auto tick = [&](size_t count) { progress_.show(finished_count_ + count); };
    work_side_by_side(round.processes.size(), round.thread_count, work, done,
                      tick);
    finished_count_ = list_.processes.size() - again.size();
    return again;
  }

private:
  void add(const ChosenProcess &process, ProcessReport report, Error error) {
    if (error && !process.is_named && is_passed_over(error))
      return;
    if (error)
      report.fail(std::move(error));
    progress_.hide();
    writer_.add(std::move(report));
  }

  const ProcessList &list_;
  const ProcessChange &change_;
  ReportWriter &writer_;
  Progress progress_;
  size_t finished_count_ = 0;
};

} // namespace

int change_processes(CommandKind kind, const Options &options,
                     Diagnostics &diagnostics, const Preparation &prepare,
                     const ProcessChange &change) {
  Result<ProcessList> list = find_processes(options.choice);
  bool is_single = list && list->is_single();
  bool is_broad = list && list->is_broad;
  ReportWriter writer(kind, options, is_single, is_broad, diagnostics);
  Error failure = list ? prepare() : list.take_error();
  if (failure) {
    writer.fail(std::move(failure));
    return writer.finish();
  }
  ManyProcesses many(*list, change, writer);
  std::vector<ChosenProcess> processes = list->processes;
  if (processes.size() > 1) {
    Options at_once = options;
    at_once.timeout_seconds = 0;
    processes =
        many.run({std::move(processes), at_once, processor_count(), false});
  }
  constexpr size_t waiting_max = 64;
  // One process that was named needs no threads, and no progress is shown.
  size_t thread_count = is_single ? 0 : std::min(processes.size(), waiting_max);
  (void)many.run({std::move(processes), options, thread_count, true});
  return writer.finish();
}

Error lock_and_settle(Target &target, const Options &options,
                      ProcessReport &report) {
  if (Error error = target.lock(options.switch_options().timeout))
    return error;
  if (options.dry_run)
    return {};
  Result<Settlement> settled = settle(target, options.switch_options());
  if (!settled)
    return settled.take_error();
  report.repairs = std::move(settled->lines);
  return {};
}

void report_stop(const ChangeResult &change, ProcessReport &report) {
  report.function_count = change.function_count;
  report.attempts = change.stop.attempts;
  if (!change.stop.journal_problem.empty())
    report.warnings.push_back(
        "the change is made, but its journal could not be "
        "written: " +
        change.stop.journal_problem);
  report.frozen_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(change.stop.frozen)
          .count());
  report.removed_count = change.removed_count;
  report.allowed_active = change.allowed_active;
}

void give_back_memory(Target &target, ProcessReport &report) {
  Result<GiveBackResult> result = give_back_removed(target);
  if (!result) {
    // The next change tries again.
    const Error &error = result.error();
    if (error.kind() != ErrorKind::TargetGone &&
        error.kind() != ErrorKind::NotSafeNow)
      report.warnings.push_back("memory of removed patches is kept: " +
                                error.message());
    return;
  }
  report.given_back_count = result->given_back;
  report.kept_count = result->kept;
  report.search_frozen_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(result->frozen)
          .count());
}

Error carry_out(Target &target, PatchPlan &plan, const Options &options,
                ProcessReport &report) {
  Result<ChangeResult> change =
      apply_plan(target, plan, options.switch_options());
  if (!change)
    return change.take_error();
  report.outcome = Outcome::Done;
  report_stop(*change, report);
  // A process that ends after it was changed does so on its own account.
  if (Error ended = target.refresh())
    return {};
  give_back_memory(target, report);
  report.objects = report_objects(target, false);
  return {};
}

} // namespace care::runtime
