// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl: applies patches to running processes, takes them off, and tells
// which ones are there. The command line is declared in command_line.cpp; each
// command has a file of its own.

#include "runtime/ctl/command_line.h"
#include "runtime/ctl/options.h"

#include <cstdio>

#include "version.h"

namespace care::runtime {

namespace {

constexpr const char *tool_name = "libcare-ctl";

int usage_failure(const CLI::App &app, const CLI::ParseError &error) {
  std::string help = tool_name;
  if (!app.get_subcommands().empty())
    help += " " + app.get_subcommands().front()->get_name();
  StderrDiagnostics diagnostics(tool_name);
  diagnostics.report(usage_error(describe_mistake(app, error))
                         .note("'" + help + " --help' lists what there is"));
  return exit_status(ErrorKind::Usage);
}

int dispatch(const CLI::App &app, Options &options) {
  StderrDiagnostics diagnostics(tool_name, options.verbosity);
  std::string name = app.get_subcommands().front()->get_name();
  if (name.starts_with("patch"))
    return run_patch(options, diagnostics);
  if (name == "check")
    return run_check(options, diagnostics);
  if (name.starts_with("unpatch"))
    return run_unpatch(options, diagnostics);
  if (name == "recover")
    return run_recover(options, diagnostics);
  if (name == "symbols")
    return run_symbols(options, diagnostics);
  if (options.choice.is_empty())
    options.choice.processes = "all";
  if (name == "status")
    return run_status(options, diagnostics);
  return run_info(options, diagnostics);
}

int run(int argc, char **argv) {
  Options options;
  CLI::App app("Live patches for running processes.", tool_name);
  app.set_version_flag("-V,--version", std::string(tool_name) + " " +
                                           LIBCARE_VERSION + " (" +
                                           LIBCARE_COMMIT + ")");
  declare_commands(app, options);
  app.footer("Exit status: 0 done; 1 failed, nothing changed; 2 usage; 3 not "
             "safe now, nothing\nchanged; 4 undo failed. See libcare-ctl(1).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    fputs(app.help().c_str(), stdout); // of the command, if there is one
    return 0;
  } catch (const CLI::CallForVersion &version) {
    fprintf(stdout, "%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError &error) {
    return usage_failure(app, error);
  }
  return dispatch(app, options);
}

} // namespace

} // namespace care::runtime

int main(int argc, char **argv) {
  return care::runtime::run(argc, argv);
}
