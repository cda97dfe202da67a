// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report as one JSON document. Addresses are strings, since a JSON number
// need not hold 64 bits.

#include "runtime/ctl/summary.h"

#include "common/json.h"

#include <fmt/format.h>

namespace care::runtime {

static std::string hex(uint64_t value) {
  return fmt::format("0x{:x}", value);
}

static Json patch_json(const PatchReport &patch) {
  Json functions = Json::array();
  for (const FunctionReport &function : patch.functions) {
    Json json = {{"name", function.name}, {"address", hex(function.original)}};
    if (function.replacement != 0)
      json["replacement"] = hex(function.replacement);
    functions.push_back(std::move(json));
  }
  Json json = {{"id", patch.id}, {"state", patch.state}};
  if (patch.region != 0) {
    json["region"] = hex(patch.region);
    json["region_size"] = patch.region_size;
  }
  if (!patch.kept_because.empty())
    json["kept_because"] = patch.kept_because;
  if (patch.applied_at != 0)
    json["applied_at"] = patch.applied_at;
  if (!patch.allowed.empty())
    json["allowed"] = patch.allowed;
  json["functions"] = std::move(functions);
  return json;
}

static Json process_json(CommandKind kind, const ProcessReport &report) {
  Json json = {{"pid", report.pid}};
  if (kind != CommandKind::Info || report.error) {
    json["outcome"] = outcome_name(report.outcome);
    json["function_count"] = report.function_count;
  }
  if (report.frozen_us) {
    json["frozen_us"] = *report.frozen_us;
    json["attempts"] = report.attempts;
  }
  if (report.removed_count != 0)
    json["removed_count"] = report.removed_count;
  if (report.given_back_count + report.kept_count != 0) {
    json["given_back_count"] = report.given_back_count;
    json["kept_count"] = report.kept_count;
    json["search_frozen_us"] = report.search_frozen_us;
  }
  if (!report.allowed_active.empty())
    json["allowed_active"] = report.allowed_active;
  Json objects = Json::array();
  for (const ObjectReport &object : report.objects) {
    Json patches = Json::array();
    for (const PatchReport &patch : object.patches)
      patches.push_back(patch_json(patch));
    objects.push_back({{"target", object.target},
                       {"build_id", object.build_id},
                       {"patches", std::move(patches)}});
  }
  json["objects"] = std::move(objects);
  if (!report.repairs.empty())
    json["repairs"] = report.repairs;
  if (!report.warnings.empty())
    json["warnings"] = report.warnings;
  if (report.error)
    json["error"] = error_json(report.error);
  return json;
}

static Json summary_json(const std::vector<ProcessReport> &reports) {
  Summary summary = summarize(reports);
  Json reasons = Json::object();
  for (const auto &[code, pids] : summary.reasons)
    reasons[code] = pids;
  return {{"process_count", summary.process_count},
          {"done", summary.done},
          {"already_done", summary.already},
          {"nothing_to_do", summary.not_applicable},
          {"failed", summary.refused},
          {"gone", summary.gone},
          {"reasons", std::move(reasons)}};
}

std::string to_json(CommandKind kind, const std::vector<ProcessReport> &reports,
                    bool is_single, size_t unseen_count, const Error &error) {
  Json processes = Json::array();
  for (const ProcessReport &report : reports)
    processes.push_back(process_json(kind, report));
  Json json = {{"schema", 1},
               {"command", command_name(kind)},
               {"processes", std::move(processes)}};
  if (kind != CommandKind::Info && !is_single && !error)
    json["summary"] = summary_json(reports);
  if (unseen_count != 0)
    json["unseen_count"] = unseen_count;
  if (error)
    json["error"] = error_json(error);
  return json_text(json);
}

} // namespace care::runtime
