// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-cc, the compiler that keeps what a live patch needs.
//
// It is a compiler to everybody who calls it: all options, the diagnostics and
// the exit status are the real compiler's. (Called as lto-wrapper it is that.)
// Each command takes one of four ways, decided here from top to bottom:
// straight through, a link, GCC with our plugin inside, or separate steps. The
// first three end in exec.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "common/diagnostics.h"

#include "wrapper/cc/cache.h"
#include "wrapper/cc/command_line.h"
#include "wrapper/cc/help.h"
#include "wrapper/cc/link_options.h"
#include "wrapper/cc/lto_wrapper.h"
#include "wrapper/cc/plugin_way.h"
#include "wrapper/cc/probe.h"
#include "wrapper/cc/run.h"
#include "wrapper/cc/settings.h"
#include "wrapper/cc/side_files.h"
#include "wrapper/cc/two_steps.h"
#include "wrapper/cc/words.h"

using namespace care;
using namespace care::wrapper;

using Strings = std::vector<std::string>;

static Strings joined(Strings first, const Strings &second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// KPCC_REMOVE_ARGS and KPCC_APPEND_ARGS, and without -pipe: the plugin needs
// the assembly in a file. Response files are only taken apart if something in
// them has to go.
static Strings edited(const Settings &settings, const Strings &given) {
  Strings kept;
  bool is_changed = false;
  for (const Argument &argument :
       parse_command_line(expand_response_files(given)).arguments) {
    bool is_dropped = argument.role == Role::Pipe;
    for (const std::string &unwanted : settings.remove_arguments)
      is_dropped |= argument.text == unwanted;
    is_changed |= is_dropped;
    if (!is_dropped)
      kept.push_back(argument.text);
  }
  return joined(is_changed ? kept : given, settings.append_arguments);
}

// Nobody links what goes to /dev/null or to standard output.
static bool is_output_thrown_away(const CommandLine &command) {
  struct stat status;
  return command.output == "-" ||
         (!command.output.empty() &&
          stat(command.output.c_str(), &status) == 0 &&
          !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

static std::string output_of(const CommandLine &command) {
  return command.output.empty() ? default_output(command.goal, "")
                                : command.output;
}

static bool compiles_nothing(const CommandLine &command) {
  return command.goal == Goal::Information ||
         command.goal == Goal::Preprocess || command.goal == Goal::Check ||
         command.count(InputKind::Header) > 0 || is_output_thrown_away(command);
}

// cache.cpp explains why a cache must not be given anything.
static Result<int> refuse_cache(const CommandLine &command) {
  if (command.goal == Goal::Preprocess)
    return 1;
  return refused("kpatch-cache",
                 "a compiler cache would answer later compiles without making "
                 "side files")
      .note("set CCACHE_DISABLE=1, or put the cache behind libcare-cc: "
            "KPCCREAL=\"ccache gcc\"");
}

// One call of the compiler. A link has the plugin inside as well, for objects
// that are optimised when they are linked; whether there are any, the linker
// will see.
static Result<int> run_compiler(const Settings &settings,
                                const CommandLine &command, Strings arguments,
                                bool has_plugin, bool has_units) {
  bool is_patched_link =
      settings.stage == Stage::Patched && command.goal == Goal::Link;
  if (is_patched_link)
    arguments = with_relocations(arguments);
  if (!has_plugin)
    return become(settings, joined(settings.compiler, arguments));
  Result<Strings> plugin = plugin_options(settings, command);
  if (!plugin && has_units)
    return plugin.take_error();
  if (!plugin) // lto_wrapper.cpp comes upon the same, if it is called
    plugin.emplace();
  if (is_patched_link)
    arguments =
        joined(lto_wrapper_options(settings, output_of(command)), arguments);
  return become(settings,
                joined(joined(settings.compiler, *plugin), arguments));
}

static Result<int> drive(const Settings &settings, const Strings &given,
                         Diagnostics &diagnostics) {
  if (settings.stage == Stage::Configure || is_configure_probe())
    return become(settings, joined(settings.compiler, given));

  Strings arguments = edited(settings, given);
  CommandLine command = parse_command_line(expand_response_files(arguments));
  bool may_be_cached = command.count(InputKind::Source) > 0 &&
                       command.goal != Goal::Information &&
                       !is_output_thrown_away(command);
  if (may_be_cached && is_called_by_cache())
    return refuse_cache(command);
  if (compiles_nothing(command))
    return become(settings, joined(settings.compiler, given));

  bool has_assembly = command.count(InputKind::Assembler) +
                          command.count(InputKind::AssemblerCpp) >
                      0;
  bool takes_assembly = settings.takes_assembly && has_assembly;
  bool has_units = command.count(InputKind::Source) > 0 || takes_assembly;
  bool is_link = command.goal == Goal::Link && !command.is_relocatable_link;
  if (!has_units && !is_link)
    return become(settings, joined(settings.compiler, arguments));

  if (Error error = create_asm_dir(settings))
    return error;
  // A compile answered from a cache would leave no side files.
  setenv("CCACHE_DISABLE", "1", 1);
  bool has_plugin = can_load_plugin(settings);
  if (has_units && (takes_assembly || !has_plugin))
    return compile_in_two_steps(settings, command, arguments, diagnostics);
  return run_compiler(settings, command, arguments, has_plugin, has_units);
}

int main(int argc, char **argv) {
  Strings arguments(argv + 1, argv + argc);
  if (arguments == Strings{"--libcare-help"})
    return fputs(help_text.data(), stdout) < 0;
  if (arguments == Strings{"--libcare-version"})
    return fputs(version_text.data(), stdout) < 0;

  StderrDiagnostics diagnostics("libcare-cc");
  Result<Settings> settings = read_settings(argc > 0 ? argv[0] : "libcare-cc");
  if (!settings) {
    diagnostics.report(settings.error());
    return 1;
  }
  Result<int> status = argc > 0 && is_lto_wrapper_name(argv[0])
                           ? run_lto_wrapper(*settings, arguments)
                           : drive(*settings, arguments, diagnostics);
  if (!status) {
    diagnostics.report(status.error());
    return 1;
  }
  return *status;
}
