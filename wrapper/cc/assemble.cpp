// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only clang needs anything special, and its driver is asked what that is.

#include "wrapper/cc/assemble.h"

#include <filesystem>
#include <unistd.h>

#include "common/facts.h"
#include "common/mapped_file.h"
#include "common/subprocess.h"
#include "common/write_file.h"
#include "wrapper/cc/clang_shifts.h"
#include "wrapper/cc/run.h"

namespace care::wrapper {

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

Result<int> assemble(const Settings &settings, const CommandLine &command,
                     const Unit &unit, const std::string &text) {
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

} // namespace care::wrapper
