// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reports go to files of their own, what a person should see at once goes to
// the diagnostics.

#include "gensrc/output.h"

#include <cerrno>
#include <unistd.h>

#include "common/write_file.h"
#include "gensrc/report.h"

namespace care::gensrc {

Error write_output(const std::string &path, std::string_view text) {
  if (path != "-")
    return write_file(path, text);
  while (!text.empty()) {
    ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0)
      return system_error("standard output", errno);
    text.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

void report(const UnitChanges &changes, const std::vector<std::string> &allowed,
            bool is_changed, Diagnostics &diagnostics) {
  for (const Remark &warning : changes.warnings) {
    diagnostics.warning(warning.location +
                        (warning.location.empty() ? "" : ": ") +
                        warning.message + " [" + warning.code + "]");
    for (const std::string &note : warning.notes)
      diagnostics.note(note);
  }
  for (const CodeChange &change : changes.functions)
    diagnostics.info(change.location + (change.location.empty() ? "" : ": ") +
                     change.symbol + ": " + change.reason);
  for (const std::string &name : changes.new_variables)
    diagnostics.info(name + ": new variable");
  for (const std::string &name : changes.removed_variables)
    diagnostics.info(name + ": variable removed");
  for (const std::string &answer : allowed)
    diagnostics.info("allowed " + answer);
  if (!is_changed)
    diagnostics.info("nothing changed");
}

Error write_reports(const CommandLine &line, UnitChanges changes) {
  changes.output = line.options.unit_name;
  changes.source = line.link.empty() ? line.inputs[1] : changes.output;
  std::string report = line.report_format == "json"   ? json_report(changes)
                       : line.report_format == "text" ? text_report(changes)
                                                      : format_report(changes);
  if (!line.report.empty())
    if (Error error = write_file(line.report, report))
      return error;
  if (!line.changes.empty())
    return write_file(line.changes, format_changes(changes));
  return {};
}

} // namespace care::gensrc
