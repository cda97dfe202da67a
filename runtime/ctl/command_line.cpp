// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each command declares the options that it has; the manual page lists the same
// (scripts/check-man-pages.py).

#include "runtime/ctl/command_line.h"

#include <cctype>

namespace care::runtime {

namespace {

// Before or after the command, and counted together.
void add_verbosity(CLI::App &command, Options &options) {
  command.add_flag_function(
      "-v,--verbose",
      [&options](int64_t count) {
        options.verbosity += static_cast<int>(count);
      },
      "Tell more (twice: even more)");
}

void add_common_options(CLI::App &command, Options &options) {
  add_verbosity(command, options);
  command.add_flag("--json", options.json,
                   "Write one JSON document instead of text");
}

void add_process_options(CLI::App &command, ProcessChoice &choice) {
  command
      .add_option("-p,--pid", choice.processes,
                  "Process ids or names with commas between them, or 'all'")
      ->type_name("PID|NAME|all");
  command
      .add_option("--cgroup", choice.cgroup,
                  "Only processes of this control group")
      ->type_name("PATH");
  command
      .add_option("--user", choice.user, "Only processes that act as this user")
      ->type_name("NAME|UID");
  command
      .add_option("--exe", choice.exe,
                  "Only processes that run this executable file")
      ->type_name("PATH");
}

void add_stop_options(CLI::App &command, Options &options) {
  add_process_options(command, options.choice);
  // To change every process there is has to be asked for.
  command.callback([&options] {
    if (options.choice.is_empty())
      throw CLI::RequiredError("option -p is missing: the process id, or 'all'",
                               CLI::ExitCodes::RequiredError);
  });
  command
      .add_option("--timeout", options.timeout_seconds,
                  "Give up after so long if the code is in use")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  command.add_flag("--ignore-coroutines", options.ignore_coroutines,
                   "Do not look for suspended stacks in memory");
  command
      .add_option("--allow-active", options.allow_active,
                  "Threads may be in this function: old and new code may run "
                  "side by side (may be repeated)")
      ->type_name("FUNCTION")
      ->expected(1)
      ->take_all();
  add_common_options(command, options);
}

void add_change_options(CLI::App &command, Options &options) {
  add_stop_options(command, options);
  command.add_flag("--dry-run", options.dry_run,
                   "Only tell what would be done");
}

void add_patch_operands(CLI::App &command, Options &options) {
  command.add_flag("--replace", options.replace,
                   "Take other patches of the same objects off in the same "
                   "stop");
  command
      .add_option("FILE", options.patch_path,
                  "A .kpatch file, or a folder of them")
      ->required()
      ->type_name("");
}

void declare_symbols(CLI::App &app, Options &options) {
  CLI::App *symbols = app.add_subcommand(
      "symbols", "Write files that tell gdb and perf about the patches");
  add_verbosity(*symbols, options);
  symbols->add_option("-p,--pid", options.process_id, "Process id")
      ->required()
      ->type_name("PID")
      ->check(CLI::PositiveNumber);
  symbols
      ->add_option("FOLDER", options.output_folder,
                   "Where the files go; /tmp is where perf looks")
      ->required()
      ->type_name("")
      ->check(CLI::ExistingDirectory);
}

void declare_status(CLI::App &app, Options &options) {
  CLI::App *command = app.add_subcommand(
      "status",
      "Tell which processes have the patches that are known for them");
  add_process_options(*command, options.choice);
  command
      ->add_option("--patches", options.patch_folders,
                   "A .kpatch file or a folder of them (may be repeated)")
      ->type_name("PATH")
      ->allow_extra_args(false);
  add_common_options(*command, options);
}

} // namespace

void declare_commands(CLI::App &app, Options &options) {
  add_verbosity(app, options);
  app.require_subcommand(1);
  for (const char *name : {"patch", "patch-user"}) {
    CLI::App *command = app.add_subcommand(name, "Apply patches to processes");
    add_change_options(*command, options);
    add_patch_operands(*command, options);
  }
  CLI::App *check = app.add_subcommand(
      "check", "Tell whether patches could be applied to processes now");
  add_stop_options(*check, options);
  add_patch_operands(*check, options);
  for (const char *name : {"unpatch", "unpatch-user"}) {
    CLI::App *command = app.add_subcommand(name, "Take patches off processes");
    add_change_options(*command, options);
    command
        ->add_option("-i,--id", options.patch_id, "Only the patch of this id")
        ->type_name("ID");
    command
        ->add_option("OBJECT", options.operands,
                     "Only from objects of these build-ids or names")
        ->type_name("");
  }
  add_change_options(
      *app.add_subcommand(
          "recover", "Finish or undo what a libcare-ctl that was killed left"),
      options);
  for (const char *name : {"info", "info-user"}) {
    CLI::App *command =
        app.add_subcommand(name, "List the patches that processes have");
    add_process_options(*command, options.choice);
    add_common_options(*command, options);
  }
  declare_symbols(app, options);
  declare_status(app, options);
}

std::string describe_mistake(const CLI::App &app,
                             const CLI::ParseError &error) {
  bool has_command = !app.get_subcommands().empty();
  const CLI::App &command = has_command ? *app.get_subcommands().front() : app;
  std::string prefix = has_command ? command.get_name() + ": " : "";
  for (const std::string &word : app.remaining(true))
    if (word.starts_with('-') && word.size() > 1)
      return prefix + "unknown option '" + word + "'";
  for (const std::string &word : app.remaining(true))
    return has_command ? prefix + "unexpected word '" + word + "'"
                       : "'" + word + "' is not a command";
  if (!has_command)
    return dynamic_cast<const CLI::RequiredError *>(&error)
               ? "a command is missing: patch, check, unpatch, recover, info, "
                 "status or symbols"
               : error.what();
  for (const CLI::Option *option : command.get_options())
    if (option->get_required() && option->count() == 0) {
      std::string what = option->get_description();
      what[0] = static_cast<char>(tolower(what[0]));
      return prefix + option->get_name() + " is missing: " + what;
    }
  return prefix + error.what();
}

} // namespace care::runtime
