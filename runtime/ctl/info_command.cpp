// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl info: what is applied, read from the processes themselves. Stops
// nothing and repairs nothing.

#include "runtime/ctl/options.h"
#include "runtime/ctl/process_list.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/report.h"

namespace care::runtime {

int run_info(const Options &options, Diagnostics &diagnostics) {
  Result<ProcessList> list = find_processes(options.choice);
  bool is_single = list && list->is_single();
  bool is_broad = list && list->is_broad;
  ReportWriter writer(CommandKind::Info, options, is_single, is_broad,
                      diagnostics);
  if (!list) {
    writer.fail(list.take_error());
    return writer.finish();
  }
  for (auto [pid, is_named] : list->processes) {
    ProcessReport report;
    report.pid = pid;
    Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
    Error error = target ? Error() : consider_end(pid, target.take_error());
    if (error && !is_named) {
      // Of what cannot be looked at, only what could have patches counts.
      if (!is_passed_over(error))
        writer.add_unseen();
      continue;
    }
    if (error)
      report.fail(std::move(error));
    else
      report.objects = report_objects(**target, true);
    if (is_broad && report.objects.empty())
      continue;
    writer.add(std::move(report));
  }
  return writer.finish();
}

} // namespace care::runtime
