// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of code follow the function that they are of, notes the remark.

#include "common/unit_changes.h"

#include <algorithm>

#include "common/fields.h"
#include "common/refusal_codes.h"

namespace care {

size_t CodeChange::first_difference() const {
  auto [at, other] =
      std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  return static_cast<size_t>(at - before.begin());
}

Remark remark_of(const Error &error) {
  return {error.code(), error.message(), {}, error.notes()};
}

Remark remark_of_answer(std::string_view answer) {
  size_t colon = std::min(answer.find(':'), answer.size());
  Remark remark{
      std::string(answer.substr(0, colon)),
      "'" + std::string(answer.substr(std::min(colon + 1, answer.size()))) +
          "'"};
  if (const RefusalCode *code = find_refusal_code(remark.code))
    remark.message += ": " + std::string(code->meaning);
  remark.notes = {"answered with --allow='" + std::string(answer) + "'"};
  return remark;
}

static void append_remarks(std::string &text, std::string_view keyword,
                           const std::vector<Remark> &remarks) {
  for (const Remark &remark : remarks) {
    append_line(text, keyword, {remark.code, remark.message, remark.location});
    for (const std::string &note : remark.notes)
      append_line(text, "note", {note});
  }
}

std::string format_report(const UnitChanges &unit) {
  std::string text;
  for (const CodeChange &f : unit.functions)
    text += f.kind + "\t" + f.symbol + "\t" + f.reason + "\n";
  return text;
}

std::string format_changes(const UnitChanges &unit) {
  std::string text = "changes\t1\n";
  append_line(text, "unit", {unit.id, unit.output, unit.source});
  append_line(text, "compiler", {unit.compiler});
  for (const CodeChange &f : unit.functions) {
    append_line(text, "function", {f.kind, f.symbol, f.reason, f.location});
    for (const std::string &line : f.before)
      append_line(text, "-", {line});
    for (const std::string &line : f.after)
      append_line(text, "+", {line});
  }
  for (const std::string &name : unit.new_variables)
    append_line(text, "variable", {name});
  for (const std::string &name : unit.removed_variables)
    append_line(text, "removed", {name});
  append_remarks(text, "warning", unit.warnings);
  append_remarks(text, "refusal", unit.refusals);
  append_remarks(text, "allowed", unit.allowed);
  return text;
}

namespace {
struct Reader {
  UnitChanges unit;
  std::vector<Remark> *remarks = nullptr; // those that notes belong to

  void take(const std::vector<std::string> &f);
  void take_remark(std::vector<Remark> &list,
                   const std::vector<std::string> &f) {
    list.push_back({f[1], f[2], f[3]});
    remarks = &list;
  }
};
} // namespace

// `f` are the keyword and the fields of a line, padded with empty ones.
void Reader::take(const std::vector<std::string> &f) {
  const std::string &keyword = f[0];
  bool has_function = !unit.functions.empty();
  if (keyword == "unit") {
    unit.id = f[1];
    unit.output = f[2];
    unit.source = f[3];
  } else if (keyword == "compiler") {
    unit.compiler = f[1];
  } else if (keyword == "function") {
    unit.functions.push_back({f[1], f[2], f[3], f[4]});
  } else if (keyword == "-" && has_function) {
    unit.functions.back().before.push_back(f[1]);
  } else if (keyword == "+" && has_function) {
    unit.functions.back().after.push_back(f[1]);
  } else if (keyword == "variable") {
    unit.new_variables.push_back(f[1]);
  } else if (keyword == "removed") {
    unit.removed_variables.push_back(f[1]);
  } else if (keyword == "warning") {
    take_remark(unit.warnings, f);
  } else if (keyword == "refusal") {
    take_remark(unit.refusals, f);
  } else if (keyword == "allowed") {
    take_remark(unit.allowed, f);
  } else if (keyword == "note" && remarks) {
    remarks->back().notes.push_back(f[1]);
  }
}

Result<UnitChanges> parse_changes(std::string_view text) {
  constexpr size_t max_fields = 5;
  if (!text.starts_with("changes\t1\n"))
    return format_error("not a changes file of version 1");
  Reader reader;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::vector<std::string> fields = split_fields(text.substr(0, end));
    fields.resize(max_fields);
    reader.take(fields);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(reader.unit);
}

} // namespace care
