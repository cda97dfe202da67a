// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A process counts by the worst of its patches: drifted before unpatched before
// patched.

#include "runtime/ctl/status_report.h"

#include "common/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace care::runtime {

static PatchCondition worst_of(const ProcessStatus &process) {
  PatchCondition worst = PatchCondition::Patched;
  for (const PatchStatus &patch : process.patches)
    worst = std::max(worst, patch.condition);
  return worst;
}

size_t StatusReport::count(PatchCondition condition) const {
  auto is_so = [=](const ProcessStatus &process) {
    return !process.error && worst_of(process) == condition;
  };
  return static_cast<size_t>(
      std::count_if(processes.begin(), processes.end(), is_so));
}

bool StatusReport::is_all_patched() const {
  return !error && unseen_count == 0 &&
         count(PatchCondition::Patched) == processes.size();
}

std::string to_text(const StatusReport &report) {
  std::string text;
  auto row = [&](const auto &pid, std::string_view name,
                 std::string_view object, std::string_view patch,
                 std::string_view state) {
    text += fmt::format("{:<8} {:<16} {:<20} {:<8} {}\n", pid, name, object,
                        patch, state);
  };
  if (!report.processes.empty())
    row("PID", "PROCESS", "OBJECT", "PATCH", "STATE");
  for (const ProcessStatus &process : report.processes)
    for (const PatchStatus &patch : process.patches)
      row(process.pid, process.name, patch.object, patch.patch_id,
          fmt::format("{}{}{}{}", patch_condition_name(patch.condition),
                      patch.reason.empty() ? "" : ": ", patch.reason,
                      patch.code.empty() ? "" : " [" + patch.code + "]"));
  return text + fmt::format("{} patched, {} unpatched, {} drifted\n",
                            report.count(PatchCondition::Patched),
                            report.count(PatchCondition::Unpatched),
                            report.count(PatchCondition::Drifted));
}

static Json process_json(const ProcessStatus &process) {
  Json patches = Json::array();
  for (const PatchStatus &patch : process.patches) {
    Json json = {{"target", patch.object},
                 {"build_id", patch.build_id},
                 {"id", patch.patch_id},
                 {"state", patch_condition_name(patch.condition)}};
    if (!patch.reason.empty())
      json["reason"] = patch.reason;
    if (!patch.code.empty())
      json["code"] = patch.code;
    patches.push_back(std::move(json));
  }
  Json json = {{"pid", process.pid}, {"name", process.name}};
  if (process.error)
    json["error"] = error_json(process.error);
  else
    json["state"] = patch_condition_name(worst_of(process));
  json["patches"] = std::move(patches);
  return json;
}

std::string to_json(const StatusReport &report) {
  Json processes = Json::array();
  for (const ProcessStatus &process : report.processes)
    processes.push_back(process_json(process));
  Json json = {{"schema", 1},
               {"command", "status"},
               {"processes", std::move(processes)},
               {"summary",
                {{"patched", report.count(PatchCondition::Patched)},
                 {"unpatched", report.count(PatchCondition::Unpatched)},
                 {"drifted", report.count(PatchCondition::Drifted)},
                 {"unseen", report.unseen_count}}}};
  if (report.error)
    json["error"] = error_json(report.error);
  // Names from a target may be any bytes.
  return json_text(json);
}

} // namespace care::runtime
