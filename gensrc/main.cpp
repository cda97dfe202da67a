// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kpatch_gensrc: the assembly of a source file before and after a change in,
// the merged assembly out.

#include <CLI/CLI.hpp>

#include <unistd.h>

#include "common/allowances.h"
#include "common/diagnostics.h"
#include "common/mapped_file.h"
#include "common/parse_command_line.h"
#include "gensrc/command_line.h"
#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"
#include "gensrc/link_time/link_diff.h"
#include "gensrc/output.h"
#include "gensrc/settings.h"

namespace care::gensrc {
namespace {

Result<MappedFile> open_input(const std::string &path) {
  Result<MappedFile> file =
      MappedFile::open(path == "-" ? "/dev/stdin" : path, max_text_bytes);
  if (file)
    return file;
  return file.take_error().note("give the assembly of one source file");
}

// A refused change has a report as well, which says why.
Error report_refusal(const CommandLine &line, Error error) {
  UnitChanges changes;
  changes.refusals = {remark_of(error)};
  bool is_refused = error.kind() == ErrorKind::Refused;
  bool is_about_original = error.message().starts_with("original: ");
  if (line.link.empty())
    error = std::move(error).in(line.inputs[is_about_original ? 0 : 1]);
  if (is_refused)
    if (Error unwritten = write_reports(line, std::move(changes)))
      return join_errors(std::move(error), std::move(unwritten));
  return error;
}

Error complete_options(CommandLine &line) {
  line.options.ignore_changes = split_list(line.ignore_changes);
  line.options.unlink_symbols = split_list(line.unlink_symbols);
  line.options.must_adapt = split_list(line.must_adapt);
  if (line.test_mode)
    return {};
  Result<std::vector<std::string>> names = read_settings(settings_path);
  if (!names)
    return names.take_error();
  line.options.only_functions = std::move(*names);
  return {};
}

Error merge_link(CommandLine &line, Diagnostics &diagnostics) {
  if (!line.inputs.empty() || line.output == "-")
    return usage_error("--link takes no --input, and needs --output");
  Result<LinkFiles> files =
      read_link_files(line.link, line.link_units, line.kept_units);
  if (!files)
    return report_refusal(line, files.take_error());
  line.options.unit_name = files->patched.link.output;
  Result<LinkDiff> diff = diff_link(*files, line.options);
  if (!diff)
    return report_refusal(line, diff.take_error());
  report(diff->changes, diff->allowed, !diff->patch.empty(), diagnostics);
  auto name = [&](size_t i) {
    return line.output + "." + std::to_string(i) + ".s";
  };
  size_t count = 0;
  for (; count < diff->partitions.size(); count++)
    if (Error error = write_output(name(count), diff->partitions[count]))
      return error;
  // Those of an earlier run must not be taken for this one's.
  while (unlink(name(count).c_str()) == 0)
    count++;
  std::string patch = line.output + ".patch.s";
  unlink(patch.c_str());
  if (!diff->patch.empty())
    if (Error error = write_output(patch, diff->patch))
      return error;
  return write_reports(line, std::move(diff->changes));
}

Error merge_texts(CommandLine &line, Diagnostics &diagnostics) {
  if (line.inputs.empty())
    return usage_error("--input is required");
  if (line.inputs.size() > 2)
    return usage_error("more than two inputs");
  Result<MappedFile> original = open_input(line.inputs[0]);
  if (!original)
    return original.take_error();
  std::string first = filter_debug(original->text(), line.filter);
  if (line.inputs.size() == 1)
    return write_output(line.output, first);
  Result<MappedFile> patched = open_input(line.inputs[1]);
  if (!patched)
    return patched.take_error();

  // A filter that drops lines moves those below.
  line.options.name_lines = line.filter.keep_lines || !line.filter.is_active();
  line.options.unit_name = line.output == "-" ? line.inputs[0] : line.output;
  Result<DiffResult> result = diff_assembly(
      first, filter_debug(patched->text(), line.filter), line.options);
  if (!result)
    return report_refusal(line, result.take_error());
  report(result->changes, result->allowed, result->changed, diagnostics);
  if (Error error = write_reports(line, std::move(result->changes)))
    return error;
  return write_output(line.output, result->merged);
}

Error run(CommandLine &line, Diagnostics &diagnostics) {
  if (Error error = Allowances().add_all(line.options.allow))
    return error;
  // That of an earlier run must not pass for this one's if we fail.
  for (const std::string &file : {line.report, line.changes})
    if (!file.empty())
      unlink(file.c_str());
  if (Error error = complete_options(line))
    return error;
  return line.link.empty() ? merge_texts(line, diagnostics)
                           : merge_link(line, diagnostics);
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
