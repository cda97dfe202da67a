// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both say the same; the JSON has all code besides.

#include "gensrc/report.h"

#include "common/json.h"

#include <fmt/format.h>

namespace care::gensrc {

static std::string line_at(const std::vector<std::string> &lines, size_t at) {
  return at < lines.size() ? "'" + lines[at] + "'" : "its end";
}

static std::string remarks(std::string_view what,
                           const std::vector<Remark> &list) {
  std::string text;
  for (const Remark &remark : list) {
    text += fmt::format("{}: {} [{}]\n", what, remark.message, remark.code);
    for (const std::string &note : remark.notes)
      text += "  note: " + note + "\n";
  }
  return text;
}

std::string text_report(const UnitChanges &unit) {
  std::string text;
  for (const CodeChange &f : unit.functions) {
    text +=
        fmt::format("{}{}{}: {} ({})\n", f.location,
                    f.location.empty() ? "" : ": ", f.symbol, f.reason, f.kind);
    size_t at = f.first_difference();
    if (!f.before.empty() && f.before != f.after)
      text += fmt::format("  first difference at line {}: {} is now {}\n",
                          at + 1, line_at(f.before, at), line_at(f.after, at));
  }
  for (const std::string &name : unit.new_variables)
    text += name + ": new variable\n";
  for (const std::string &name : unit.removed_variables)
    text += name + ": variable removed\n";
  return text + remarks("refused", unit.refusals) +
         remarks("allowed", unit.allowed) + remarks("warning", unit.warnings);
}

static Json json_remarks(const std::vector<Remark> &remarks) {
  Json list = Json::array();
  for (const Remark &remark : remarks)
    list.push_back({{"code", remark.code},
                    {"message", remark.message},
                    {"notes", remark.notes}});
  return list;
}

std::string json_report(const UnitChanges &unit) {
  Json document;
  document["schema"] = 1;
  document["functions"] = Json::array();
  for (const CodeChange &f : unit.functions) {
    Json entry = {{"symbol", f.symbol}, {"kind", f.kind},
                  {"reason", f.reason}, {"location", f.location},
                  {"before", f.before}, {"after", f.after}};
    if (!f.before.empty() && f.before != f.after)
      entry["first_difference"] = f.first_difference() + 1;
    document["functions"].push_back(std::move(entry));
  }
  document["new_variables"] = unit.new_variables;
  document["removed_variables"] = unit.removed_variables;
  document["refusals"] = json_remarks(unit.refusals);
  document["allowed"] = json_remarks(unit.allowed);
  document["warnings"] = json_remarks(unit.warnings);
  return json_text(document) + "\n";
}

} // namespace care::gensrc
