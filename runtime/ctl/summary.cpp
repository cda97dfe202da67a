// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table at the end of a command over many processes:
//
//   3 processes
//     patched                1
//     already patched        0
//     not applicable         0
//     refused                1
//       kpatch-busy          1   pid 4711
//     gone                   1

#include "runtime/ctl/summary.h"

#include <fmt/format.h>

namespace care::runtime {

Summary summarize(std::span<const ProcessReport> reports) {
  Summary summary;
  summary.process_count = reports.size();
  for (const ProcessReport &report : reports)
    switch (report.outcome) {
    case Outcome::Done:
    case Outcome::WouldBeDone:
      ++summary.done;
      break;
    case Outcome::NothingToDo:
      ++summary.not_applicable;
      break;
    case Outcome::AlreadyDone:
      ++summary.already;
      break;
    case Outcome::Gone:
      ++summary.gone;
      break;
    case Outcome::Failed:
      ++summary.refused;
      summary.reasons[report.error.code()].push_back(report.pid);
    }
  return summary;
}

static std::string line(std::string_view label, size_t count) {
  return fmt::format("  {:<24} {:>6}\n", label, count);
}

static std::string list_pids(const std::vector<pid_t> &pids) {
  constexpr size_t shown_max = 5;
  std::string text;
  for (size_t i = 0; i < pids.size() && i < shown_max; ++i)
    text += fmt::format("{}{}", i == 0 ? "pid " : ", ", pids[i]);
  return pids.size() > shown_max ? text + ", ..." : text;
}

std::string describe(const Summary &summary, CommandKind kind,
                     bool is_dry_run) {
  bool is_patch = kind == CommandKind::Patch || kind == CommandKind::Check;
  is_dry_run |= kind == CommandKind::Check;
  std::string_view participle = is_patch                       ? "patched"
                                : kind == CommandKind::Unpatch ? "unpatched"
                                                               : "settled";
  std::string text = fmt::format("{} process{}\n", summary.process_count,
                                 summary.process_count == 1 ? "" : "es");
  text += line(fmt::format("{}{}", is_dry_run ? "would be " : "", participle),
               summary.done);
  if (is_patch)
    text += line("already patched", summary.already);
  text += line("not applicable", summary.not_applicable);
  text += line("refused", summary.refused);
  for (const auto &[code, pids] : summary.reasons)
    text += fmt::format("    {:<22} {:>6}   {}\n", code, pids.size(),
                        list_pids(pids));
  text += line("gone", summary.gone);
  return text;
}

} // namespace care::runtime
