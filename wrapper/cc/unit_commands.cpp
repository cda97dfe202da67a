// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every argument of the command line has a role; each of the commands here is a
// choice of roles, in the order in which they were given.

#include "wrapper/cc/unit_commands.h"

#include <filesystem>

#include "common/flat_path.h"
#include "common/mapped_file.h"
#include "common/write_file.h"
#include "wrapper/cc/link_options.h"
#include "wrapper/cc/run.h"

namespace care::wrapper {

static bool is_unit(const Settings &settings, const Input &input) {
  if (input.kind == InputKind::Source)
    return true;
  return settings.takes_assembly && (input.kind == InputKind::Assembler ||
                                     input.kind == InputKind::AssemblerCpp);
}

Result<std::vector<Unit>> find_units(const Settings &settings,
                                     const CommandLine &command) {
  std::vector<Unit> units;
  for (const Input &input : command.inputs)
    if (is_unit(settings, input))
      units.push_back({input, {}, {}});
  for (Unit &unit : units) {
    std::string output = command.output.empty()
                             ? default_output(command.goal, unit.input.path)
                             : command.output;
    if (command.goal == Goal::Link && units.size() > 1)
      output += "-" + flat_path(unit.input.path);
    Result<SideFiles> files = side_files(settings, output);
    if (!files)
      return files.take_error();
    unit.files = *files;
    unit.object = command.goal == Goal::Link ? unit.path("merged.o") : output;
  }
  return units;
}

std::vector<std::string> base_command(const Settings &settings,
                                      const CommandLine &command,
                                      bool assembles) {
  std::vector<std::string> result = settings.compiler;
  for (const Argument &argument : command.arguments) {
    bool is_wanted = argument.role == Role::Option ||
                     (!assembles && (argument.role == Role::Preprocess ||
                                     argument.role == Role::Debug));
    bool is_warning =
        argument.text.starts_with("-W") && !argument.text.starts_with("-Wa,");
    bool is_language = argument.text.starts_with("-std=");
    if (is_wanted && !(assembles && (is_warning || is_language)))
      result.push_back(argument.text);
  }
  return result;
}

void append(std::vector<std::string> &command,
            std::initializer_list<std::string> more) {
  command.insert(command.end(), more);
}

std::vector<std::string> compile_command(const Settings &settings,
                                         const CommandLine &command,
                                         const Unit &unit) {
  std::vector<std::string> result = base_command(settings, command, false);
  for (const Argument &argument : command.arguments)
    if (argument.role == Role::Dependency)
      result.push_back(argument.text);
  if (!command.makes_dependencies)
    return result;
  std::filesystem::path object(
      command.goal == Goal::Link ? default_output(Goal::Object, unit.input.path)
                                 : unit.object);
  if (!command.names_dependencies)
    append(result,
           {"-MF",
            std::filesystem::path(object).replace_extension(".d").string()});
  if (!command.has_dependency_target)
    append(result, {"-MQ", object.string()});
  return result;
}

Result<int> make_assembly(const Settings &settings, const Unit &unit,
                          std::vector<std::string> command,
                          const std::string &file) {
  if (unit.input.kind == InputKind::Assembler) {
    Result<MappedFile> text = MappedFile::open(unit.input.path);
    if (!text)
      return text.take_error();
    if (Error error = write_file(file, text->text()))
      return error;
    return 0;
  }
  const char *step = unit.input.kind == InputKind::AssemblerCpp ? "-E" : "-S";
  append(command,
         {step, "-x", unit.input.language, unit.input.path, "-o", file});
  return run_child(settings, std::move(command));
}

std::vector<std::string> link_command(const Settings &settings,
                                      const CommandLine &command,
                                      const std::vector<Unit> &units) {
  std::vector<std::string> result = settings.compiler;
  std::vector<std::string> rest;
  for (size_t i = 0; i < command.arguments.size(); ++i) {
    const Argument &argument = command.arguments[i];
    if (argument.role == Role::Language || argument.role == Role::Dependency)
      continue;
    std::string text = argument.text;
    for (const Unit &unit : units)
      if (unit.input.index == i)
        text = unit.object;
    rest.push_back(std::move(text));
  }
  for (std::string &text : with_relocations(rest))
    result.push_back(std::move(text));
  return result;
}

} // namespace care::wrapper
