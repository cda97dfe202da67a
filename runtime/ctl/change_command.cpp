// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The frame around the commands that change processes. A failure in one process
// does not stop the others; with `all`, processes that are nobody's business
// (ended, kernel threads, PID 1) are passed over without a word.

#include "runtime/ctl/change_command.h"

#include <chrono>

#include "runtime/ctl/process_list.h"
#include "runtime/ctl/refusal.h"

namespace care::runtime {

int change_processes(CommandKind kind, const Options &options,
                     Diagnostics &diagnostics, const Preparation &prepare,
                     const ProcessChange &change) {
  Result<ProcessList> list = parse_processes(options.processes);
  bool is_single = list && list->is_single();
  bool is_all = list && list->is_all;
  ReportWriter writer(kind, options, is_single, is_all, diagnostics);
  Error failure = list ? prepare() : list.take_error();
  if (failure) {
    writer.fail(std::move(failure));
    return writer.finish();
  }
  for (pid_t pid : list->pids) {
    ProcessReport report;
    report.pid = pid;
    Error error = change(pid, is_single, report);
    if (error && is_all && is_passed_over(error))
      continue;
    if (error)
      report.fail(std::move(error));
    writer.add(std::move(report));
  }
  return writer.finish();
}

Result<std::unique_ptr<Target>> open_settled(pid_t pid, const Options &options,
                                             ProcessReport &report) {
  Result<std::unique_ptr<Target>> target = Target::open(pid);
  if (!target)
    return target;
  if (!options.dry_run) {
    Result<Settlement> settled = settle(**target, options.switch_options());
    if (!settled)
      return settled.take_error();
    report.repairs = std::move(settled->lines);
  }
  return target;
}

void report_change(Target &target, const ChangeResult &change,
                   ProcessReport &report) {
  report.outcome = Outcome::Done;
  report.function_count = change.function_count;
  report.attempts = change.stop.attempts;
  report.frozen_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(change.stop.frozen)
          .count());
  // A process that ends after it was changed does so on its own account.
  if (Error ended = target.refresh())
    return;
  report.objects = report_objects(target, false);
}

} // namespace care::runtime
