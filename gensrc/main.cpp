// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kpatch_gensrc: the assembly of a source file before and after a change in,
// the merged assembly out.

#include <CLI/CLI.hpp>

#include <cstdio>
#include <unistd.h>

#include "common/allowances.h"
#include "common/diagnostics.h"
#include "common/mapped_file.h"
#include "common/parse_command_line.h"
#include "common/write_file.h"
#include "gensrc/command_line.h"
#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"
#include "gensrc/report.h"
#include "gensrc/settings.h"

namespace care::gensrc {
namespace {

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

Result<MappedFile> open_input(const std::string &path) {
  Result<MappedFile> file =
      MappedFile::open(path == "-" ? "/dev/stdin" : path, max_text_bytes);
  if (file)
    return file;
  return file.take_error().note("give the assembly of one source file");
}

void report(const DiffResult &result, Diagnostics &diagnostics) {
  const UnitChanges &changes = result.changes;
  for (const Remark &warning : changes.warnings) {
    diagnostics.warning(warning.message + " [" + warning.code + "]");
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
  for (const std::string &answer : result.allowed)
    diagnostics.info("allowed " + answer);
  if (!result.changed)
    diagnostics.info("nothing changed");
}

Error write_reports(const CommandLine &line, UnitChanges changes) {
  changes.output = line.options.unit_name;
  changes.source = line.inputs[1];
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

// A refused change has a report as well, which says why.
Error report_refusal(const CommandLine &line, Error error) {
  UnitChanges changes;
  changes.refusals = {remark_of(error)};
  bool is_refused = error.kind() == ErrorKind::Refused;
  bool is_about_original = error.message().starts_with("original: ");
  error = std::move(error).in(line.inputs[is_about_original ? 0 : 1]);
  if (is_refused)
    if (Error unwritten = write_reports(line, std::move(changes)))
      return join_errors(std::move(error), std::move(unwritten));
  return error;
}

Error run(CommandLine &line, Diagnostics &diagnostics) {
  if (line.inputs.size() > 2)
    return usage_error("more than two inputs");
  if (Error error = Allowances().add_all(line.options.allow))
    return error;
  // That of an earlier run must not pass for this one's if we fail.
  for (const std::string &file : {line.report, line.changes})
    if (!file.empty())
      unlink(file.c_str());
  Result<MappedFile> original = open_input(line.inputs[0]);
  if (!original)
    return original.take_error();
  std::string first = filter_debug(original->text(), line.filter);
  if (line.inputs.size() == 1)
    return write_output(line.output, first);
  Result<MappedFile> patched = open_input(line.inputs[1]);
  if (!patched)
    return patched.take_error();

  line.options.ignore_changes = split_list(line.ignore_changes);
  line.options.unlink_symbols = split_list(line.unlink_symbols);
  line.options.must_adapt = split_list(line.must_adapt);
  // A filter that drops lines moves those below.
  line.options.name_lines = line.filter.keep_lines || !line.filter.is_active();
  line.options.unit_name = line.output == "-" ? line.inputs[0] : line.output;
  if (!line.test_mode) {
    Result<std::vector<std::string>> names = read_settings(settings_path);
    if (!names)
      return names.take_error();
    line.options.only_functions = std::move(*names);
  }
  Result<DiffResult> result = diff_assembly(
      first, filter_debug(patched->text(), line.filter), line.options);
  if (!result)
    return report_refusal(line, result.take_error());
  report(*result, diagnostics);
  if (Error error = write_reports(line, std::move(result->changes)))
    return error;
  return write_output(line.output, result->merged);
}

} // namespace
} // namespace care::gensrc

int main(int argc, char **argv) {
  using namespace care;
  gensrc::CommandLine line;
  CLI::App app("Merges the assembly of a source file before and after a "
               "change: the original code, and the changed functions in "
               "sections of their own.",
               "kpatch_gensrc");
  gensrc::declare_options(app, line);
  StderrDiagnostics diagnostics("kpatch_gensrc");
  if (std::optional<int> status =
          parse_command_line(app, argc, argv, diagnostics))
    return *status;
  diagnostics.set_verbosity(line.debug);
  if (Error error = gensrc::run(line, diagnostics)) {
    diagnostics.report(error);
    return exit_status(error.kind());
  }
  return 0;
}
