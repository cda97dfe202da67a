// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The patched stage: what the compiler wrote is kept for people to read, and
// the assembler gets the original's text with the changes behind it. Nothing
// changed: it gets the original's text, and makes the original's object.

#include <string>
#include <unistd.h>

#include "common/mapped_file.h"
#include "gensrc/differ.h"
#include "gensrc/settings.h"

#include "plugin/layouts.h"
#include "plugin/messages.h"
#include "plugin/stages.h"

namespace care::plugin {

static Result<MappedFile> open_original(const UnitFiles &files,
                                        std::string_view suffix) {
  Result<MappedFile> file = MappedFile::open(files.path(suffix));
  if (file)
    return file;
  return refused("kpatch-no-original",
                 "there is no original to compare with: " +
                     file.take_error().message())
      .note("build with KPATCH_STAGE=original first; if cleaning the build "
            "removes side files, set KPATCH_ASM_DIR for both stages");
}

// A report of an earlier run must not pass for this one's if we refuse.
static void remove_old_report(const UnitFiles &files) {
  unlink(files.path("patched.report").c_str());
}

static Error keep_patched(const UnitFiles &files, std::string_view text,
                          const std::string &facts) {
  if (Error error = write_file(files.path("patched.s"), text))
    return std::move(error).with_code("kpatch-side-file");
  if (Error error = write_file(files.path("patched.facts"), facts))
    return std::move(error).with_code("kpatch-side-file");
  return {};
}

Error merge_patched(const UnitFiles &files, const std::string &assembly,
                    const Collected &unit, gensrc::DiffOptions options) {
  remove_old_report(files);
  Result<MappedFile> original = open_original(files, "original.s");
  if (!original)
    return original.take_error();
  Result<MappedFile> original_facts = open_original(files, "original.facts");
  if (!original_facts)
    return original_facts.take_error();
  Result<Facts> facts = parse_facts(original_facts->text());
  if (!facts)
    return facts.take_error().in(original_facts->path());
  if (Error error = compare_compilation(*facts, unit.facts))
    return error;

  options.unit_name = files.unit;
  options.original_facts = original_facts->text();
  options.patched_facts = format_facts(unit.facts);
  Result<std::vector<std::string>> only =
      gensrc::read_settings(gensrc::settings_path);
  if (!only)
    return only.take_error();
  options.only_functions = std::move(*only);
  Result<MappedFile> patched = MappedFile::open(assembly);
  if (!patched)
    return patched.take_error();
  if (Error error = keep_patched(files, patched->text(), options.patched_facts))
    return error;

  Result<gensrc::DiffResult> result =
      gensrc::diff_assembly(original->text(), patched->text(), options);
  if (!result)
    return result.take_error();
  // Without new code nothing sees the new layout.
  if (result->changed) {
    if (Error error = compare_layouts(*facts, unit.facts))
      return error;
    for (const gensrc::Warning &warning : layout_warnings(*facts, unit.facts))
      report_warning(warning.message, warning.code, unit.places);
  }
  for (const gensrc::Warning &warning : result->warnings)
    report_warning(warning.message, warning.code, unit.places);
  if (Error error = write_file(files.path("patched.report"),
                               gensrc::format_report(*result)))
    return std::move(error).with_code("kpatch-side-file");
  return write_file(assembly, result->merged);
}

} // namespace care::plugin
