// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Asking a compiler for its version costs a process. The names that
// distributions give (x86_64-linux-gnu-gcc-12 behind the links gcc and cc) say
// enough; only a compiler whose name says nothing is asked. A wrong guess is
// caught by the plugin, which compares versions exactly and names both.

#include "wrapper/cc/plugin_way.h"

#include <climits>
#include <cstdlib>

#include "common/subprocess.h"
#include "version.h"

#include "wrapper/cc/side_files.h"

namespace care::wrapper {

static std::string resolved_name(const std::string &path) {
  char resolved[PATH_MAX];
  std::string real = realpath(path.c_str(), resolved) ? resolved : path;
  return real.substr(real.rfind('/') + 1);
}

// "12.2.0" -> "12"
static std::string major_version(std::string_view version) {
  return std::string(version.substr(0, version.find('.')));
}

static bool is_asked_version_right(const Settings &settings) {
  Command command;
  command.arguments = settings.compiler;
  command.arguments.push_back("-dumpfullversion");
  command.log = "/dev/null"; // clang complains, and that is an answer
  Result<CapturedRun> run = run_and_capture(command);
  return run && run->state.ok() && run->output == LIBCARE_PLUGIN_GCC "\n";
}

bool can_load_plugin(const Settings &settings) {
  if (settings.plugin.empty())
    return false;
  std::string name = resolved_name(settings.compiler.back());
  std::string version = major_version(LIBCARE_PLUGIN_GCC);
  if (name.ends_with(std::string("gcc-").append(version)) ||
      name.ends_with(std::string("g++-").append(version)))
    return true;
  if (name.find("clang") != std::string::npos)
    return false;
  return is_asked_version_right(settings);
}

static std::string plugin_argument(std::string_view name,
                                   std::string_view value) {
  return "-fplugin-arg-libcare_plugin-" + std::string(name) + "=" +
         std::string(value);
}

static bool is_own_object_per_source(const CommandLine &command) {
  return command.goal != Goal::Link && command.output.empty();
}

// The options of KPCC_PATCH_ARGS that mean something to the differ in the
// plugin; the others are for kpatch_gensrc alone, or do nothing.
static void add_differ_options(const Settings &settings,
                               std::vector<std::string> &options) {
  const std::vector<std::string> &given = settings.differ_arguments;
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] == "--force-gotpcrel")
      options.push_back(plugin_argument("force-gotpcrel", "yes"));
    for (std::string_view name :
         {"ignore-changes", "unlink-symbols", "must-adapt", "allow"}) {
      std::string option = std::string("--").append(name);
      if (given[i] == option && i + 1 < given.size())
        options.push_back(plugin_argument(name, given[i + 1]));
      else if (given[i].starts_with(option + "="))
        options.push_back(
            plugin_argument(name, given[i].substr(option.size() + 1)));
    }
  }
}

Result<std::vector<std::string>> plugin_options(const Settings &settings,
                                                const CommandLine &command) {
  std::string output = command.output;
  std::string_view many;
  size_t sources = command.count(InputKind::Source);
  if (sources > 1 && is_own_object_per_source(command)) {
    output = "./";
    many = command.goal == Goal::Assembly ? "assembly" : "object";
  } else {
    for (const Input &input : command.inputs)
      if (input.kind == InputKind::Source && output.empty())
        output = default_output(command.goal, input.path);
    many = sources > 1 ? "source" : "";
    if (output.empty()) // a link of objects
      output = default_output(command.goal, "");
  }
  Result<SideFiles> files = side_files(settings, output);
  if (!files)
    return files.take_error();

  std::vector<std::string> options = {
      "-fplugin=" + settings.plugin,
      plugin_argument("stage", stage_name(settings.stage)),
      plugin_argument("side", files->stem),
      plugin_argument("output", files->output),
  };
  if (!many.empty())
    options.push_back(plugin_argument("many", many));
  add_differ_options(settings, options);
  for (const std::string &answer : settings.allow)
    options.push_back(plugin_argument("allow", answer));
  if (!settings.asm_dir.empty())
    options.push_back(plugin_argument("shared", "yes"));
  return options;
}

} // namespace care::wrapper
