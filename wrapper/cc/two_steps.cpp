// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object of the original stage comes from the command as it was given, so
// that it is the plain compiler's whatever the compiler. Assembling clang's
// own text gives the same code and data, but not always the same debug
// sections, so that -S and assembling would not do here.

#include "wrapper/cc/two_steps.h"

#include <unistd.h>

#include "common/allowances.h"
#include "common/compilation.h"
#include "common/facts.h"
#include "common/mapped_file.h"
#include "common/unit_changes.h"
#include "common/write_file.h"
#include "wrapper/cc/assemble.h"
#include "wrapper/cc/outside_facts.h"
#include "wrapper/cc/run.h"
#include "wrapper/cc/unit_commands.h"

namespace care::wrapper {

static Result<int> keep_original(const Settings &settings,
                                 const CommandLine &command, const Unit &unit) {
  std::vector<std::string> compile = base_command(settings, command, false);
  compile.push_back("-w"); // the warnings were given by the real compile
  std::string file = unit.path("original.s");
  Result<int> status = make_assembly(settings, unit, std::move(compile), file);
  if (!status || *status != 0)
    return status;
  Result<MappedFile> text = MappedFile::open(file);
  if (!text)
    return text.take_error();
  Facts facts = outside_facts(command, unit, text->text());
  if (Error error =
          write_file(unit.path("original.facts"), format_facts(facts)))
    return error;
  return 0;
}

static Error compare_with_original(const Settings &settings,
                                   const CommandLine &command,
                                   const Unit &unit) {
  Result<MappedFile> facts = MappedFile::open(unit.path("original.facts"));
  if (!facts)
    return refused("kpatch-no-original",
                   unit.input.path +
                       ": there is no original to compare with: " +
                       facts.take_error().message())
        .note("build with KPATCH_STAGE=original first; if cleaning the build "
              "removes side files, set KPATCH_ASM_DIR for both stages");
  Result<MappedFile> patched = MappedFile::open(unit.path("patched.s"));
  if (!patched)
    return patched.take_error();
  Result<Facts> original = parse_facts(facts->text());
  if (!original)
    return original.take_error().in(facts->path());
  Facts now = outside_facts(command, unit, patched->text());
  Allowances allowed;
  if (Error error = allowed.add_all(settings.allow))
    return error;
  if (Error error = compare_compilation(*original, now, allowed))
    return std::move(error).in(unit.input.path);
  return write_file(unit.path("patched.facts"), format_facts(now));
}

// Leaves the merged text in STEM.merged.s.
static Result<int> merge(const Settings &settings, const CommandLine &command,
                         const Unit &unit) {
  Result<int> status =
      make_assembly(settings, unit, compile_command(settings, command, unit),
                    unit.path("patched.s"));
  if (!status || *status != 0)
    return status;
  if (Error error = compare_with_original(settings, command, unit))
    return error;
  std::vector<std::string> differ = {settings.kpatch_gensrc};
  for (const std::string &argument : settings.differ_arguments)
    differ.push_back(argument);
  for (const std::string &answer : settings.allow)
    differ.push_back("--allow=" + answer);
  append(differ,
         {"-i", unit.path("original.s"), "-i", unit.path("patched.s"), "-o",
          unit.path("merged.s"), "--report", unit.path("patched.report"),
          "--changes", unit.path("patched.changes")});
  return run_child(settings, std::move(differ));
}

static Result<int> make_patched_object(const Settings &settings,
                                       const CommandLine &command,
                                       const Unit &unit) {
  Result<int> status = merge(settings, command, unit);
  if (!status || *status != 0)
    return status;
  std::string merged = unit.path("merged.s");
  if (command.goal == Goal::Assembly) {
    if (rename(merged.c_str(), unit.object.c_str()) != 0)
      return system_error("'" + unit.object + "'", errno);
    return 0;
  }
  Result<int> assembled = assemble(settings, command, unit, merged);
  if (settings.debug < 2)
    unlink(merged.c_str());
  return assembled;
}

static Result<int> run_original(const Settings &settings,
                                const CommandLine &command,
                                const std::vector<Unit> &units,
                                const std::vector<std::string> &arguments) {
  std::vector<std::string> plain = settings.compiler;
  plain.insert(plain.end(), arguments.begin(), arguments.end());
  Result<int> status = run_child(settings, std::move(plain));
  if (!status || *status != 0)
    return status;
  for (const Unit &unit : units) {
    Result<int> kept = keep_original(settings, command, unit);
    if (!kept || *kept != 0)
      return kept;
  }
  return 0;
}

static std::string changed_macros(const Settings &settings, const Unit &unit) {
  Result<MappedFile> before = MappedFile::open(unit.path("original.facts"));
  Result<MappedFile> after = MappedFile::open(unit.path("patched.facts"));
  if (!before || !after)
    return ""; // that was an error where they are needed
  Result<Facts> original = parse_facts(before->text());
  Result<Facts> patched = parse_facts(after->text());
  Allowances allowed;
  if (!original || !patched || allowed.add_all(settings.allow))
    return "";
  return describe_macro_change(*original, *patched, allowed);
}

// An assembly text does not show what the members of a struct are.
static std::vector<Remark> warn_about_types(const Settings &settings,
                                            const Unit &unit,
                                            Diagnostics &diagnostics) {
  Result<MappedFile> report = MappedFile::open(unit.path("patched.report"));
  constexpr std::string_view code = "kpatch-types-unchecked";
  bool is_changed = !report || !report->text().empty();
  if (!is_changed || unit.input.kind != InputKind::Source)
    return {};
  Remark warning{std::string(code),
                 "types were not compared, which takes GCC's plugin: a changed "
                 "struct, enumerator or parameter list is not noticed",
                 {},
                 {"look through the source patch for such changes"}};
  diagnostics.warning(unit.input.path + ": " + warning.message + " [" +
                      warning.code + "]");
  diagnostics.note(warning.notes[0]);
  std::string macros = changed_macros(settings, unit);
  if (macros.empty())
    return {warning};
  Remark other{"kpatch-flags", macros, {}, {}};
  diagnostics.warning(unit.input.path + ": " + macros + " [" + other.code +
                      "]");
  return {warning, other};
}

// The differ knows two texts; what they are of is added for reports.
static Error complete_changes(const Unit &unit, std::vector<Remark> warnings) {
  std::string path = unit.path("patched.changes");
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return {}; // the compile failed before
  Result<UnitChanges> changes = parse_changes(file->text());
  if (!changes)
    return changes.take_error().in(path);
  changes->output = unit.files.output;
  changes->source = unit.input.path;
  if (Result<MappedFile> patched = MappedFile::open(unit.path("patched.s")))
    changes->compiler = compiler_of(patched->text());
  for (Remark &warning : warnings)
    changes->warnings.push_back(std::move(warning));
  return write_file(path, format_changes(*changes));
}

static Result<int> run_patched(const Settings &settings,
                               const CommandLine &command,
                               const std::vector<Unit> &units,
                               Diagnostics &diagnostics) {
  for (const Unit &unit : units) {
    unlink(unit.path("patched.changes").c_str());
    Result<int> status = make_patched_object(settings, command, unit);
    std::vector<Remark> warnings;
    if (status && *status == 0)
      warnings = warn_about_types(settings, unit, diagnostics);
    if (Error error = complete_changes(unit, std::move(warnings)))
      return error;
    if (!status || *status != 0)
      return status;
  }
  if (command.goal != Goal::Link)
    return 0;
  Result<int> status =
      run_child(settings, link_command(settings, command, units));
  for (const Unit &unit : units)
    unlink(unit.object.c_str());
  return status;
}

// The last of the options counts.
static bool optimises_when_linking(const CommandLine &command) {
  bool result = false;
  for (const Argument &argument : command.arguments)
    if (argument.text == "-flto" || argument.text.starts_with("-flto="))
      result = true;
    else if (argument.text == "-fno-lto")
      result = false;
  return result;
}

Result<int> compile_in_two_steps(const Settings &settings,
                                 const CommandLine &command,
                                 const std::vector<std::string> &arguments,
                                 Diagnostics &diagnostics) {
  Result<std::vector<Unit>> units = find_units(settings, command);
  if (!units)
    return units.take_error();
  if (settings.stage == Stage::Original)
    return run_original(settings, command, *units, arguments);
  // The assembly of a unit is not its code then, or no assembly at all.
  if (optimises_when_linking(command))
    return refused("kpatch-lto",
                   units->front().input.path +
                       ": link-time optimisation needs GCC's plugin, which "
                       "this compiler does not load")
        .note("build both stages with -fno-lto, or with the GCC that the "
              "plugin was built for");
  return run_patched(settings, command, *units, diagnostics);
}

} // namespace care::wrapper
