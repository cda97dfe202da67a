// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl: applies patches to running processes, takes them off, and tells
// which ones are there. This file only parses the command line; each command
// has a file of its own. The option spellings are those of LibcarePlus, and
// more.

#include "runtime/ctl/options.h"

#include <CLI/CLI.hpp>

#include <cstdio>

#include "version.h"

namespace care::runtime {

namespace {

constexpr const char *tool_name = "libcare-ctl";

// -p, --json and the verbosity, which every command has.
void add_common_options(CLI::App &command, Options &options) {
  command.add_flag("-v,--verbose", options.verbosity,
                   "Tell more (twice: even more)");
  command.add_flag("--json", options.json,
                   "Write one JSON document instead of text");
}

void add_change_options(CLI::App &command, Options &options) {
  command
      .add_option("-p,--pid", options.processes,
                  "Process id, several with commas between them, or 'all'")
      ->required()
      ->type_name("PID|all");
  command
      .add_option("--timeout", options.timeout_seconds,
                  "Give up after so long if the code is in use")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  command.add_flag("--ignore-coroutines", options.ignore_coroutines,
                   "Do not look for suspended stacks in memory");
  command.add_flag("--dry-run", options.dry_run,
                   "Only tell what would be done");
  add_common_options(command, options);
}

void declare_commands(CLI::App &app, Options &options) {
  for (const char *name : {"patch", "patch-user"}) {
    CLI::App *command = app.add_subcommand(name, "Apply patches to processes");
    add_change_options(*command, options);
    command
        ->add_option("patch", options.patch_path,
                     "A .kpatch file, or a folder of them")
        ->required()
        ->type_name("FILE|FOLDER");
  }
  for (const char *name : {"unpatch", "unpatch-user"}) {
    CLI::App *command = app.add_subcommand(name, "Take patches off processes");
    add_change_options(*command, options);
    command
        ->add_option("-i,--id", options.patch_id, "Only the patch of this id")
        ->type_name("ID");
    command
        ->add_option("objects", options.operands,
                     "Only from objects of these build-ids or names")
        ->type_name("OBJECT");
  }
  add_change_options(
      *app.add_subcommand(
          "recover", "Finish or undo what a libcare-ctl that was killed left"),
      options);
  for (const char *name : {"info", "info-user"}) {
    CLI::App *command =
        app.add_subcommand(name, "List the patches that processes have");
    command
        ->add_option("-p,--pid", options.processes,
                     "Process id, several with commas between them, or 'all'")
        ->type_name("PID|all")
        ->default_str("all");
    add_common_options(*command, options);
  }
}

int usage_failure(const std::string &message) {
  StderrDiagnostics diagnostics(tool_name);
  diagnostics.report(
      usage_error(message).note("'libcare-ctl --help' lists the options"));
  return exit_status(ErrorKind::Usage);
}

int dispatch(const CLI::App &app, Options &options) {
  StderrDiagnostics diagnostics(tool_name, options.verbosity);
  std::string name = app.get_subcommands().front()->get_name();
  if (name.starts_with("patch"))
    return run_patch(options, diagnostics);
  if (name.starts_with("unpatch"))
    return run_unpatch(options, diagnostics);
  if (name == "recover")
    return run_recover(options, diagnostics);
  if (options.processes.empty())
    options.processes = "all";
  return run_info(options, diagnostics);
}

int run(int argc, char **argv) {
  Options options;
  CLI::App app("Live patches for running processes.", tool_name);
  app.set_version_flag("-V,--version", std::string(tool_name) + " " +
                                           LIBCARE_VERSION + " (" +
                                           LIBCARE_COMMIT + ")");
  app.add_flag("-v,--verbose", options.verbosity,
               "Tell more (twice: even more)");
  app.require_subcommand(1);
  declare_commands(app, options);
  app.footer("Exit status: 0 done; 1 failed, nothing changed; 2 usage; 3 not "
             "safe now, nothing\nchanged; 4 undo failed. See libcare-ctl(1).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    const CLI::App *shown = &app;
    while (!shown->get_subcommands().empty())
      shown = shown->get_subcommands().front();
    fputs(shown->help().c_str(), stdout);
    return 0;
  } catch (const CLI::CallForVersion &version) {
    fprintf(stdout, "%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError &error) {
    return usage_failure(error.what());
  }
  return dispatch(app, options);
}

} // namespace

} // namespace care::runtime

int main(int argc, char **argv) {
  return care::runtime::run(argc, argv);
}
