// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl recover: settles what a libcare-ctl that was killed left in a
// process. patch and unpatch do it too, before their own work.

#include "runtime/ctl/options.h"
#include "runtime/ctl/process_list.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/report.h"
#include "runtime/patch/apply.h"

#include <algorithm>

namespace care::runtime {

static bool is_unsettled(const PatchRegion &region) {
  return region.journal.state != PatchState::Applied &&
         region.journal.state != PatchState::Removed;
}

// The lock is taken only where there is something to do: of a libcare-ctl that
// is at work, the same states are seen, and it is left alone.
static Error recover_process(pid_t pid, const Options &options,
                             ProcessReport &report) {
  Result<std::unique_ptr<Target>> look = Target::open_read_only(pid);
  if (!look)
    return look.take_error();
  std::span<const PatchRegion> regions = (*look)->regions();
  report.outcome = Outcome::NothingToDo;
  if (std::none_of(regions.begin(), regions.end(), is_unsettled))
    return {};
  if (options.dry_run) {
    report.outcome = Outcome::WouldBeDone;
    report.objects = report_objects(**look, false);
    return {};
  }
  Result<std::unique_ptr<Target>> target = Target::open(pid);
  if (!target)
    return target.take_error();
  Result<Settlement> settled = settle(**target, options.switch_options());
  if (!settled)
    return settled.take_error();
  report.repairs = std::move(settled->lines);
  if (!report.repairs.empty())
    report.outcome = Outcome::Done;
  report.objects = report_objects(**target, false);
  return {};
}

int run_recover(const Options &options, Diagnostics &diagnostics) {
  Result<ProcessList> list = parse_processes(options.processes);
  bool is_single = list && list->is_single();
  bool is_all = list && list->is_all;
  ReportWriter writer(CommandKind::Recover, options, is_single, is_all,
                      diagnostics);
  if (!list) {
    writer.fail(list.take_error());
    return writer.finish();
  }
  for (pid_t pid : list->pids) {
    ProcessReport report;
    report.pid = pid;
    Error error = recover_process(pid, options, report);
    if (error && is_all && is_passed_over(error))
      continue;
    if (error)
      report.fail(std::move(error));
    writer.add(std::move(report));
  }
  return writer.finish();
}

} // namespace care::runtime
