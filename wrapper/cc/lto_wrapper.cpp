// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Observed with GCC 12.2: the driver looks for lto-wrapper in the folders of -B
// first, and tells the linker's plugin where it is. lto-wrapper gets the
// objects (members of archives as PATH@OFFSET), runs lto1 for the whole program
// and for each partition, our plugin inside, and prints the names of objects,
// which the linker's plugin adds to the link and removes when it ends.
//
// The plugin has left the partitions of both stages in side files by then.
// kpatch_gensrc compares them; its results are assembled and take the places
// of GCC's objects. Objects with debug information (.debug.temp.o) are left
// out: the original's partitions are linked without, and nothing reads it.

#include "wrapper/cc/lto_wrapper.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "common/subprocess.h"
#include "wrapper/cc/linked_units.h"
#include "wrapper/cc/run.h"
#include "wrapper/cc/side_files.h"
#include "wrapper/cc/words.h"

namespace care::wrapper {

using Strings = std::vector<std::string>;

static constexpr const char *output_variable = "LIBCARE_LINK_OUTPUT";

static std::string variable(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

bool is_lto_wrapper_name(std::string_view program) {
  return program.substr(program.rfind('/') + 1) == "lto-wrapper";
}

Strings lto_wrapper_options(const Settings &settings,
                            const std::string &output) {
  if (settings.lto_wrapper_folder.empty())
    return {};
  setenv(output_variable, output.c_str(), 1);
  return {"-B" + settings.lto_wrapper_folder};
}

// GCC's own. The driver that called the linker has put the folder of our -B
// into COMPILER_PATH, where it would be found first.
static Result<std::string> real_lto_wrapper(const Settings &settings,
                                            const std::string &compiler) {
  Command question;
  question.arguments = {compiler, "-print-prog-name=lto-wrapper"};
  question.environment = {"COMPILER_PATH=/"};
  Result<CapturedRun> answer = run_and_capture(question);
  if (!answer)
    return answer.take_error();
  std::string path = answer->output.substr(0, answer->output.find('\n'));
  if (!answer->state.ok() || path.find('/') == path.npos ||
      path.starts_with(settings.lto_wrapper_folder + "/"))
    return refused("kpatch-lto",
                   "'" + compiler + "' does not say where its lto-wrapper is")
        .note("build both stages with -fno-lto");
  return path;
}

static Strings objects_of(const Strings &arguments) {
  Strings objects;
  for (std::string &argument : expand_response_files(arguments))
    if (!argument.starts_with('-'))
      objects.push_back(std::move(argument));
  return objects;
}

static Result<int> compare(const Settings &settings, const std::string &link,
                           const LinkedUnits &units) {
  Strings differ = {settings.kpatch_gensrc};
  for (const std::string &argument : settings.differ_arguments)
    differ.push_back(argument);
  for (const std::string &answer : settings.allow)
    differ.push_back("--allow=" + answer);
  for (const std::string &unit : units.compiled)
    differ.push_back("--link-unit=" + unit);
  for (const std::string &unit : units.kept)
    differ.push_back("--link-kept-unit=" + unit);
  for (std::string part : {"--link=" + link, "--output=" + link + ".merged",
                           "--report=" + link + ".patched.report",
                           "--changes=" + link + ".patched.changes"})
    differ.push_back(std::move(part));
  return run_child(settings, std::move(differ));
}

// The assembler options of the command line, which the driver hands on.
static Strings assembler_command(const std::string &compiler) {
  Strings command = {compiler, "-c", "-x", "assembler"};
  for (std::string &option : split_words(variable("COLLECT_AS_OPTIONS"))) {
    command.push_back("-Xassembler");
    command.push_back(std::move(option));
  }
  return command;
}

static Result<int> assemble_one(const Settings &settings,
                                const std::string &compiler,
                                const std::string &text,
                                const std::string &object) {
  Strings command = assembler_command(compiler);
  for (const std::string &word : {text, std::string("-o"), object})
    command.push_back(word);
  Result<int> status = run_child(settings, std::move(command));
  if (settings.debug < 2)
    unlink(text.c_str());
  return status;
}

// Assembles the merged texts that are there, and adds them to `objects`.
static Result<int> assemble_all(const Settings &settings,
                                const std::string &compiler,
                                const std::string &link,
                                const std::string &front, Strings &objects) {
  for (size_t i = 0;; i++) {
    std::string text = link + ".merged." + std::to_string(i) + ".s";
    bool is_last = access(text.c_str(), F_OK) != 0;
    if (is_last)
      text = link + ".merged.patch.s";
    if (is_last && access(text.c_str(), F_OK) != 0)
      return 0; // nothing changed
    objects.push_back(front + ".kpatch" + std::to_string(i) + ".o");
    Result<int> status = assemble_one(settings, compiler, text, objects.back());
    if (is_last || !status || *status != 0)
      return status;
  }
}

// The objects to link, named after `front`, are added to `objects`.
static Result<int> make_objects(const Settings &settings,
                                const Strings &arguments,
                                const std::string &compiler,
                                const std::string &front, Strings &objects) {
  Result<SideFiles> files = side_files(settings, variable(output_variable));
  if (!files)
    return files.take_error();
  std::string link = files->stem + ".link";
  Result<LinkedUnits> units =
      find_linked_units(settings, objects_of(arguments), link);
  if (!units)
    return units.take_error();
  Result<int> status = compare(settings, link, *units);
  if (!status || *status != 0)
    return status;
  return assemble_all(settings, compiler, link, front, objects);
}

static Error print_names(const Strings &objects) {
  std::string text;
  for (const std::string &object : objects)
    text += object + "\n";
  if (fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      fflush(stdout) != 0)
    return system_error("standard output", errno);
  return {};
}

Result<int> run_lto_wrapper(const Settings &settings,
                            const Strings &arguments) {
  std::string compiler = variable("COLLECT_GCC");
  if (compiler.empty() || variable(output_variable).empty())
    return usage_error("called as lto-wrapper, but not by a linker that "
                       "libcare-cc started");
  Result<std::string> real = real_lto_wrapper(settings, compiler);
  if (!real)
    return real.take_error();
  Command command;
  command.arguments = {*real};
  command.arguments.insert(command.arguments.end(), arguments.begin(),
                           arguments.end());
  Result<CapturedRun> gcc = run_and_capture(command);
  if (!gcc)
    return gcc.take_error();
  if (!gcc->state.ok())
    return gcc->state.signal != 0 ? 128 + gcc->state.signal : gcc->state.status;
  Strings theirs = split(gcc->output, '\n');
  if (theirs.empty())
    return 0;

  Strings ours;
  Result<int> status =
      make_objects(settings, arguments, compiler, theirs.front(), ours);
  for (const std::string &object : theirs)
    unlink(object.c_str());
  if (!status || *status != 0)
    return status;
  if (Error error = print_names(ours))
    return error;
  return 0;
}

} // namespace care::wrapper
