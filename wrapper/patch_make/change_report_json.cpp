// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report for programs. Everything that the HTML page shows is in it.

#include "wrapper/patch_make/change_report.h"

#include "common/json.h"

namespace care::patch_make {

static Json json_code(const CodeChange &code) {
  Json object = {
      {"symbol", code.symbol}, {"before", code.before}, {"after", code.after}};
  size_t at = code.first_difference();
  if (code.before.empty())
    return object;
  object["first_difference"] = {
      {"line", at + 1},
      {"before", at < code.before.size() ? Json(code.before[at]) : Json()},
      {"after", at < code.after.size() ? Json(code.after[at]) : Json()}};
  return object;
}

static Json json_function(const ReportedFunction &function) {
  Json object = {{"symbol", function.symbol},
                 {"name", readable_name(function.symbol)},
                 {"kind", function.is_new ? "new" : "replaced"}};
  if (function.binary) {
    object["binary"] = function.binary->binary;
    object["original_size_bytes"] = function.original_size_bytes;
    object["size_bytes"] = function.size_bytes;
  }
  if (!function.code)
    return object;
  object["reason"] = function.code->reason;
  object["location"] = function.code->location;
  object["source"] = function.unit->source;
  object["output"] = function.unit->output;
  object["code"] = json_code(*function.code);
  object["parts"] = Json::array();
  for (const CodeChange *part : function.parts)
    object["parts"].push_back(json_code(*part));
  return object;
}

static void add_remarks(Json &list, const std::vector<Remark> &remarks,
                        const std::string &source) {
  for (const Remark &remark : remarks)
    list.push_back({{"code", remark.code},
                    {"message", remark.message},
                    {"location", remark.location},
                    {"source", source},
                    {"notes", remark.notes}});
}

static void add_variables(Json &list, const std::vector<std::string> &names,
                          const UnitChanges &unit) {
  for (const std::string &name : names)
    list.push_back(
        {{"name", name}, {"source", unit.source}, {"output", unit.output}});
}

std::string json_report(const ChangeReport &report) {
  Json document;
  document["schema"] = 1;
  document["id"] = report.id;
  document["result"] = report.is_failed() ? "failed" : "patched";
  document["failure"] = Json::array();
  add_remarks(document["failure"], report.failure, "");
  for (const char *list :
       {"refusals", "warnings", "allowed", "source_patches", "binaries",
        "functions", "new_variables", "removed_variables", "tools"})
    document[list] = Json::array();
  for (const UnitChanges &unit : report.units) {
    add_remarks(document["refusals"], unit.refusals, unit.source);
    add_remarks(document["warnings"], unit.warnings, unit.source);
    add_remarks(document["allowed"], unit.allowed, unit.source);
    add_variables(document["new_variables"], unit.new_variables, unit);
    add_variables(document["removed_variables"], unit.removed_variables, unit);
  }
  for (const SourcePatch &patch : report.patches)
    document["source_patches"].push_back(
        {{"file", patch.file}, {"text", patch.text}});
  for (const PatchedBinary &binary : report.result.patched)
    document["binaries"].push_back({{"binary", binary.binary},
                                    {"build_id", binary.build_id},
                                    {"patch_file", binary.patch_file},
                                    {"size_bytes", binary.size_bytes}});
  for (const ReportedFunction &function : report.functions())
    document["functions"].push_back(json_function(function));
  for (const ToolVersion &tool : report.tools)
    document["tools"].push_back(
        {{"name", tool.name}, {"version", tool.version}});
  // A patch may hold anything; what is no UTF-8 is replaced.
  return json_text(document) + "\n";
}

} // namespace care::patch_make
