// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The object of the original stage comes from the command as it was given, so
// that it is the plain compiler's whatever the compiler. Assembling clang's
// own text gives the same code and data, but not always the same debug
// sections, so that -S and assembling would not do here.
//
// The patched text is assembled the way the compiler assembles: at -O0 clang
// gives every jump its long form when it writes an object itself, and the short
// form when it reads a text, so that unchanged functions would differ.
//
// The facts of such a unit are what can be known from outside: the compiler by
// the .ident in its output, the options by the command line.

#include "wrapper/cc/two_steps.h"

#include <filesystem>
#include <unistd.h>

#include "common/allowances.h"
#include "common/compilation.h"
#include "common/facts.h"
#include "common/flat_path.h"
#include "common/mapped_file.h"
#include "common/unit_changes.h"
#include "common/subprocess.h"
#include "common/write_file.h"

#include "wrapper/cc/clang_shifts.h"
#include "wrapper/cc/link_options.h"
#include "wrapper/cc/run.h"
#include "wrapper/cc/side_files.h"

namespace care::wrapper {

namespace {
struct Unit {
  Input input;
  std::string object; // what the driver or the link expects
  SideFiles files;

  std::string path(std::string_view suffix) const {
    return files.stem + "." + std::string(suffix);
  }
};
} // namespace

static bool is_unit(const Settings &settings, const Input &input) {
  if (input.kind == InputKind::Source)
    return true;
  return settings.takes_assembly && (input.kind == InputKind::Assembler ||
                                     input.kind == InputKind::AssemblerCpp);
}

static Result<std::vector<Unit>> find_units(const Settings &settings,
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

// The compiler and those arguments that compile, from -I to -W, or only those
// that the assembler needs as well.
static std::vector<std::string> base_command(const Settings &settings,
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

static void append(std::vector<std::string> &command,
                   std::initializer_list<std::string> more) {
  command.insert(command.end(), more);
}

// As base_command, with -MD and the like naming what the whole command would
// have named.
static std::vector<std::string> compile_command(const Settings &settings,
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

// Writes the unit's assembly to `file`.
static Result<int> make_assembly(const Settings &settings, const Unit &unit,
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

// What follows the last .ident, without its quotes.
static std::string compiler_of(std::string_view assembly) {
  size_t ident = assembly.rfind("\t.ident\t\"");
  if (ident == std::string_view::npos)
    return "";
  std::string_view rest = assembly.substr(ident + 9);
  return std::string(rest.substr(0, rest.find('"')));
}

static Facts outside_facts(const CommandLine &command, const Unit &unit,
                           std::string_view assembly) {
  Facts facts;
  facts.compiler = compiler_of(assembly);
  facts.source = unit.input.path;
  facts.output = unit.files.output;
  bool is_definition = false; // "-D" alone: the next word is its operand
  for (const Argument &argument : command.arguments) {
    std::string_view text = argument.text;
    if (is_definition && argument.role == Role::Preprocess) {
      facts.macros.back() += argument.text;
      is_definition = false;
      continue;
    }
    if (argument.role == Role::Preprocess &&
        (text.starts_with("-D") || text.starts_with("-U") ||
         text.starts_with("-include") || text.starts_with("-imacros"))) {
      facts.macros.push_back(argument.text);
      is_definition =
          text.size() == 2 || text == "-include" || text == "-imacros";
      continue;
    }
    bool is_harmless = text.starts_with("-W") || text == "-w" ||
                       text.starts_with("-fdiagnostics") ||
                       text.find("-prefix-map") != text.npos;
    if ((argument.role == Role::Option || argument.role == Role::Debug) &&
        !is_harmless)
      facts.options.push_back(argument.text);
  }
  return facts;
}

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

static bool is_clang(const Settings &settings, const Facts &facts) {
  std::error_code error;
  std::filesystem::path compiler =
      std::filesystem::canonical(settings.compiler.back(), error);
  return facts.compiler.find("clang") != std::string::npos ||
         compiler.filename().string().find("clang") != std::string::npos;
}

static constexpr std::string_view relax_all = "-mrelax-all";

// What clang's driver must be told when it assembles, to do as when it
// compiles. It says itself what it would do: the rule differs between versions.
static Result<std::vector<std::string>>
clang_assembler_options(const Settings &settings, const CommandLine &command,
                        const Unit &unit) {
  std::string log = unit.path("driver");
  unlink(log.c_str()); // what an interrupted run left
  Command question;
  question.arguments = base_command(settings, command, false);
  append(question.arguments, {"-###", "-c", "-x", unit.input.language,
                              unit.input.path, "-o", unit.object});
  question.log = log;
  Result<CapturedRun> run = run_and_capture(question);
  if (!run)
    return run.take_error();
  Result<MappedFile> answer = MappedFile::open(log);
  if (!answer)
    return answer.take_error();
  // Options that only compile are no mistake here.
  std::vector<std::string> options = {"-Qunused-arguments"};
  if (answer->text().find("\"-mrelax-all\"") != std::string_view::npos)
    options.emplace_back(relax_all);
  unlink(log.c_str());
  return options;
}

static Result<int> assemble(const Settings &settings,
                            const CommandLine &command, const Unit &unit,
                            const std::string &text) {
  std::vector<std::string> words = base_command(settings, command, true);
  Result<MappedFile> facts = MappedFile::open(unit.path("patched.facts"));
  if (!facts)
    return facts.take_error();
  Result<Facts> parsed = parse_facts(facts->text());
  if (!parsed)
    return parsed.take_error().in(facts->path());
  if (is_clang(settings, *parsed) && unit.input.kind == InputKind::Source) {
    Result<std::vector<std::string>> options =
        clang_assembler_options(settings, command, unit);
    if (!options)
      return options.take_error();
    words.insert(words.end(), options->begin(), options->end());
    bool is_fast = options->back() == relax_all;
    if (is_fast && keeps_shift_form(parsed->compiler)) {
      Result<MappedFile> merged = MappedFile::open(text);
      if (!merged)
        return merged.take_error();
      if (Error error = write_file(text, with_immediate_shifts(merged->text())))
        return error;
    }
  }
  append(words, {"-c", "-x", "assembler", text, "-o", unit.object});
  return run_child(settings, std::move(words));
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

// The link of a compile-and-link command: every unit's source is replaced by
// its object, and no -x is left that would make it a source again.
static std::vector<std::string> link_command(const Settings &settings,
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

Result<int> compile_in_two_steps(const Settings &settings,
                                 const CommandLine &command,
                                 const std::vector<std::string> &arguments,
                                 Diagnostics &diagnostics) {
  Result<std::vector<Unit>> units = find_units(settings, command);
  if (!units)
    return units.take_error();
  if (settings.stage == Stage::Original)
    return run_original(settings, command, *units, arguments);
  return run_patched(settings, command, *units, diagnostics);
}

} // namespace care::wrapper
