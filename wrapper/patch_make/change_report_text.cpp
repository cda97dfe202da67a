// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report for a terminal: a paragraph for each function.

#include "wrapper/patch_make/change_report.h"

#include <fmt/format.h>

namespace care::patch_make {

static std::string line_at(const std::vector<std::string> &lines, size_t at) {
  return at < lines.size() ? "'" + lines[at] + "'" : "its end";
}

static std::string difference(const CodeChange &code) {
  size_t at = code.first_difference();
  if (code.before.empty() ||
      (at == code.before.size() && at == code.after.size()))
    return "";
  return fmt::format("    first difference at line {}: {} is now {}\n", at + 1,
                     line_at(code.before, at), line_at(code.after, at));
}

static std::string paragraph(const ReportedFunction &function) {
  std::string text =
      fmt::format("  {}: {}\n", readable_name(function.symbol),
                  function.code ? readable_reason(function.code->reason)
                                : "no unit says why it is here");
  std::string sizes;
  if (function.is_new && function.size_bytes != 0)
    sizes = fmt::format("{} bytes", function.size_bytes);
  else if (function.size_bytes != 0)
    sizes = fmt::format("{} bytes, now {}", function.original_size_bytes,
                        function.size_bytes);
  std::string place = function.code ? function.code->location : "";
  if (!place.empty() && !sizes.empty())
    place += ", ";
  if (!place.empty() || !sizes.empty())
    text += "    " + place + sizes + "\n";
  if (function.code)
    text += difference(*function.code);
  return text;
}

static std::string remarks(std::string_view what,
                           const std::vector<Remark> &list) {
  std::string text;
  for (const Remark &remark : list) {
    text += fmt::format("{}: {}{}{}", what, remark.location,
                        remark.location.empty() ? "" : ": ", remark.message);
    text += remark.code.empty() ? "\n" : " [" + remark.code + "]\n";
    for (const std::string &note : remark.notes)
      text += "  note: " + note + "\n";
  }
  return text;
}

std::string text_report(const ChangeReport &report) {
  std::string text;
  const PatchedBinary *binary = nullptr;
  for (const ReportedFunction &function : report.functions()) {
    if (function.binary != binary || text.empty())
      text += function.binary
                  ? fmt::format("{} ({}):\n", function.binary->binary,
                                function.binary->build_id)
                  : "compiled before the run failed:\n";
    binary = function.binary;
    text += paragraph(function);
  }
  for (const UnitChanges &unit : report.units)
    text += remarks("refused", unit.refusals) +
            remarks("allowed", unit.allowed) +
            remarks("warning", unit.warnings);
  return text + remarks("failed", report.failure);
}

} // namespace care::patch_make
