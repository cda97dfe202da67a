// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-patch-make: live patches for whatever `make` builds in the current
// folder. This file has the command line and the printing; the run is in
// live_patches.cpp.

#include <csignal>
#include <cstdio>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "common/diagnostics.h"
#include "common/json.h"
#include "common/parse_command_line.h"
#include "common/refusal_codes.h"
#include "common/write_file.h"
#include "version.h"
#include "wrapper/patch_make/change_report.h"
#include "wrapper/patch_make/interrupts.h"
#include "wrapper/patch_make/live_patches.h"
#include "wrapper/patch_make/options.h"
#include "wrapper/patch_make/report.h"

using namespace care;
using namespace care::patch_make;

static void declare_options(CLI::App &app, Options &options) {
  app.add_flag("-c,--clean", options.clean,
               "run `make clean` before each of the two builds");
  app.add_flag("-u,--update", options.update,
               "do not build; make the patches anew from the objects that the "
               "last run installed");
  app.add_option("-s,--srcdir", options.srcdir,
                 "folder in which the patches are applied (default: here)")
      ->type_name("DIR");
  app.add_option("-d,--destdir", options.destdir_variable,
                 "make variable that says where to install")
      ->type_name("VAR")
      ->capture_default_str();
  app.add_option("-i,--id", options.id,
                 "name of the patch, at most 7 characters")
      ->type_name("ID")
      ->capture_default_str();
  app.add_option("-b,--buildid", options.build_id,
                 "make a patch for the binary with this build-id only, "
                 "and fail if there is none")
      ->type_name("ID");
  app.add_option("--allow-active", options.allow_active,
                 "old and new code of this function may run side by side (may "
                 "be repeated)")
      ->type_name("FUNCTION")
      ->expected(1)
      ->take_all();
  app.add_option("-j,--jobs", options.jobs, "jobs that make runs at once")
      ->type_name("N");
  add_allow_option(app, options.allow,
                   "answer this refusal for this symbol; may be repeated")
      ->type_name("CODE:SYMBOL");
  app.add_flag_callback(
      "--list-refusals",
      [] {
        fputs(list_refusal_codes().c_str(), stdout);
        throw CLI::Success();
      },
      "print all codes of refusals, and which can be allowed");
  app.add_flag("--json", options.json,
               "print the result as JSON; progress goes to stderr");
  app.add_flag("--report", options.has_text_report,
               "say for each function in the patches why it is there");
  app.add_option("--report-json", options.json_report,
                 "write the same with code before and after, as JSON")
      ->type_name("FILE");
  app.add_option("--report-html", options.html_report,
                 "the same as one page for a change review")
      ->type_name("FILE");
  app.add_option("PATCH", options.patches, "source patches, in this order");
  app.set_version_flag("-V,--version", "libcare-patch-make " LIBCARE_VERSION
                                       " (" LIBCARE_COMMIT ")");
}

// An interrupted program ends by the signal, so that its caller stops too.
static void end_by_signal(int signal) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, signal);
  std::signal(signal, SIG_DFL);
  raise(signal);
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

// Also of a run that failed: then they say what was refused.
static Error write_reports(const Options &options,
                           const Result<Report> &result) {
  bool is_wanted = options.has_text_report || !options.json_report.empty() ||
                   !options.html_report.empty();
  if (!is_wanted || (!result && result.error().kind() == ErrorKind::Usage))
    return {};
  Result<ChangeReport> report = collect_changes(options, result);
  if (!report)
    return report.take_error();
  if (options.has_text_report)
    fputs(text_report(*report).c_str(), options.json ? stderr : stdout);
  if (!options.json_report.empty())
    if (Error error = write_file(options.json_report, json_report(*report)))
      return error;
  if (!options.html_report.empty())
    return write_file(options.html_report, html_report(*report));
  return {};
}

static void print_warnings(const std::vector<Remark> &warnings,
                           Diagnostics &diagnostics) {
  fflush(stdout);
  for (const Remark &warning : warnings) {
    diagnostics.warning(warning.location + ": " + warning.message + " [" +
                        warning.code + "]");
    for (const std::string &note : warning.notes)
      diagnostics.note(note);
  }
}

static int report_error(const Error &error, const Options &options,
                        Diagnostics &diagnostics) {
  if (options.json)
    puts(error_document(error).c_str());
  diagnostics.report(error);
  fflush(stdout);
  return exit_status(error.kind());
}

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("libcare-patch-make");
  CLI::App app("Makes live patches for what `make` builds in this folder: "
               "builds it, applies the source patches, builds it again, and "
               "puts the sources back.");
  Options options;
  declare_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &wanted) { // --help and --version
    return app.exit(wanted);
  } catch (const CLI::ParseError &error) {
    return report_error(usage_error(error.what()), options, diagnostics);
  }

  Interrupts interrupts;
  Progress progress(options.json ? stderr : stdout);
  Result<Report> report =
      make_live_patches(options, interrupts, progress, diagnostics);
  if (report) {
    fputs((options.json ? json_document(*report) : text_table(*report)).c_str(),
          stdout);
    print_warnings(report->warnings, diagnostics);
  }
  Error unwritten = write_reports(options, report);
  if (!report) {
    if (unwritten)
      diagnostics.report(unwritten);
    int status = report_error(report.error(), options, diagnostics);
    if (int signal = interrupts.received())
      end_by_signal(signal);
    return status;
  }
  if (unwritten) {
    diagnostics.report(unwritten);
    return exit_status(unwritten.kind());
  }
  return 0;
}
