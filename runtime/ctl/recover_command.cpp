// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl recover: settles what a libcare-ctl that was killed left in a
// process. patch and unpatch do it too, before their own work.

#include "runtime/ctl/change_command.h"
#include "runtime/ctl/options.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/report.h"
#include "runtime/patch/apply.h"

#include <algorithm>

namespace care::runtime {

static bool is_unsettled(const PatchRegion &region) {
  return region.journal.state != PatchState::Applied &&
         region.journal.state != PatchState::Removed;
}

static bool is_removed(const PatchRegion &region) {
  return region.journal.state == PatchState::Removed;
}

// The lock is taken only where there is something to do: of a libcare-ctl that
// is at work, the same states are seen, and it is left alone.
static Error recover_process(pid_t pid, const Options &options,
                             ProcessReport &report) {
  Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
  if (!target)
    return target.take_error();
  std::span<const PatchRegion> regions = (*target)->regions();
  report.outcome = Outcome::NothingToDo;
  bool has_unsettled =
      std::any_of(regions.begin(), regions.end(), is_unsettled);
  bool has_removed = std::any_of(regions.begin(), regions.end(), is_removed);
  if (!has_unsettled && (options.dry_run || !has_removed))
    return {};
  if (options.dry_run) {
    report.outcome = Outcome::WouldBeDone;
    report.objects = report_objects(**target, false);
    return {};
  }
  if (Error error = lock_and_settle(**target, options, report))
    return error;
  give_back_memory(**target, report);
  if (!report.repairs.empty())
    report.outcome = Outcome::Done;
  report.objects = report_objects(**target, false);
  return {};
}

int run_recover(const Options &options, Diagnostics &diagnostics) {
  auto change = [](pid_t pid, bool, const Options &now, ProcessReport &report) {
    return recover_process(pid, now, report);
  };
  return change_processes(
      CommandKind::Recover, options, diagnostics, [] { return Error(); },
      change);
}

} // namespace care::runtime
