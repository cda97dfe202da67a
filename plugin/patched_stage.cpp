// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The patched stage: what the compiler wrote is kept for people to read, and
// the assembler gets the original's text with the changes behind it. Nothing
// changed: it gets the original's text, and makes the original's object.
//
// A source file that the patch adds has no original. That is known for sure
// only in a folder that holds the side files of a whole build; the original is
// an empty unit then, and all code is new.

#include <filesystem>
#include <set>
#include <string>
#include <unistd.h>

#include "common/compilation.h"
#include "common/mapped_file.h"
#include "common/write_file.h"
#include "gensrc/differ.h"
#include "gensrc/layouts.h"
#include "gensrc/settings.h"

#include "plugin/link_time.h"
#include "plugin/messages.h"
#include "plugin/stages.h"

namespace care::plugin {

namespace {

struct Original {
  std::string assembly, facts; // no facts: there was no such unit
};

// Without the note the linker would make the stack executable.
constexpr std::string_view empty_unit =
    "\t.section\t.note.GNU-stack,\"\",@progbits\n";

} // namespace

// Does the folder of `files` have originals of other units?
static bool has_originals(const UnitFiles &files) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::directory_iterator at(fs::path(files.stem).parent_path(), error);
  for (; !error && at != fs::directory_iterator(); at.increment(error))
    if (at->path().native().ends_with(".original.s"))
      return true;
  return false;
}

static Result<Original> read_original(const UnitFiles &files) {
  bool is_missing = access(files.path("original.s").c_str(), F_OK) != 0 &&
                    access(files.path("original.facts").c_str(), F_OK) != 0;
  if (is_missing && files.is_shared_folder && has_originals(files))
    return Original{std::string(empty_unit), {}};
  Original original;
  for (auto [suffix, text] : {std::pair("original.s", &original.assembly),
                              std::pair("original.facts", &original.facts)}) {
    Result<MappedFile> file = MappedFile::open(files.path(suffix));
    if (!file)
      return refused("kpatch-no-original",
                     "there is no original to compare with: " +
                         file.take_error().message())
          .note("build with KPATCH_STAGE=original first; if cleaning the build "
                "removes side files, set KPATCH_ASM_DIR for both stages");
    *text = file->text();
  }
  return original;
}

// A report of an earlier run must not pass for this one's if we refuse.
static void remove_old_report(const UnitFiles &files) {
  unlink(files.path("patched.report").c_str());
  unlink(files.path("patched.changes").c_str());
}

static Error write_report(const UnitFiles &files, const Collected &unit,
                          UnitChanges changes) {
  changes.output = files.unit;
  changes.source = unit.facts.source;
  changes.compiler = unit.facts.compiler;
  for (std::vector<Remark> *remarks : {&changes.warnings, &changes.allowed})
    for (Remark &remark : *remarks)
      remark.location = find_location(remark.message, unit.places);
  if (Error error =
          write_file(files.path("patched.report"), format_report(changes)))
    return std::move(error).with_code("kpatch-side-file");
  if (Error error =
          write_file(files.path("patched.changes"), format_changes(changes)))
    return std::move(error).with_code("kpatch-side-file");
  return {};
}

void keep_refusal(const UnitFiles &files, const Collected &unit,
                  const Error &error) {
  UnitChanges changes;
  changes.output = files.unit;
  changes.source = unit.facts.source;
  changes.compiler = unit.facts.compiler;
  changes.refusals = {remark_of(error)};
  changes.refusals[0].location = find_location(error.message(), unit.places);
  // The compile fails in any case; the refusal is among its messages.
  (void)write_file(files.path("patched.changes"), format_changes(changes));
}

static Error keep_patched(const UnitFiles &files, std::string_view text,
                          const std::string &facts) {
  if (Error error = write_file(files.path("patched.s"), text))
    return std::move(error).with_code("kpatch-side-file");
  if (Error error = write_file(files.path("patched.facts"), facts))
    return std::move(error).with_code("kpatch-side-file");
  return {};
}

// What the new code sees of types, variables and macros, against the original.
// `original` is without facts for a unit that did not exist.
static Error compare_declarations(const Facts &before, const Collected &unit,
                                  const Original &original, Allowances &allowed,
                                  UnitChanges &changes) {
  std::set<std::string> replaced;
  for (const CodeChange &change : changes.functions)
    if (change.kind == change_kind::replaced)
      replaced.insert(change.symbol);
  if (Error error =
          gensrc::compare_layouts(before, unit.facts, replaced, allowed))
    return error;
  std::vector<Remark> warnings = gensrc::layout_warnings(before, unit.facts);
  std::string macros = describe_macro_change(before, unit.facts, allowed);
  if (!macros.empty() && !original.facts.empty())
    warnings.push_back({"kpatch-flags", macros});
  changes.warnings.insert(changes.warnings.begin(), warnings.begin(),
                          warnings.end());
  for (const std::string &answer : allowed.needed())
    changes.allowed.push_back(remark_of_answer(answer));
  return {};
}

// A variable that is of another size or value often is so because its type is.
static Error with_changed_layout(Error error, const Facts &original,
                                 const Facts &patched, Allowances &allowed) {
  Error layout = gensrc::compare_layouts(original, patched, {}, allowed);
  return layout ? std::move(error).note(layout.message()) : std::move(error);
}

Error merge_patched(const UnitFiles &files, const std::string &assembly,
                    const Collected &unit, gensrc::DiffOptions options) {
  remove_old_report(files);
  Result<Original> original = read_original(files);
  if (!original)
    return original.take_error();
  Facts facts = unit.facts; // of a unit that did not exist: nothing differs
  if (!original->facts.empty()) {
    Result<Facts> parsed = parse_facts(original->facts);
    if (!parsed)
      return parsed.take_error().in(files.path("original.facts"));
    facts = std::move(*parsed);
  }
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  if (Error error = compare_compilation(facts, unit.facts, allowed))
    return error;

  options.unit_name = files.unit;
  options.original_facts = original->facts;
  options.patched_facts = format_facts(unit.facts);
  Result<std::vector<std::string>> only =
      gensrc::read_settings(gensrc::settings_path);
  if (!only)
    return only.take_error();
  options.only_functions = std::move(*only);
  Result<MappedFile> patched = MappedFile::open(assembly);
  if (!patched)
    return patched.take_error();
  SplitAssembly split;
  if (flag_lto)
    split = split_assembly(patched->text());
  std::string_view code = flag_lto ? split.code : patched->text();
  if (Error error = keep_patched(files, code, options.patched_facts))
    return error;
  if (flag_lto && !flag_fat_lto_objects) // all code is written by the link
    return write_file(assembly,
                      std::string(patched->text()) + side_files_section(files));

  Result<gensrc::DiffResult> result =
      gensrc::diff_assembly(original->assembly, code, options);
  if (!result)
    return with_changed_layout(result.take_error(), facts, unit.facts, allowed);
  UnitChanges &changes = result->changes;
  if (result->changed) { // without new code nothing sees the new layout
    if (Error error =
            compare_declarations(facts, unit, *original, allowed, changes))
      return error;
    gensrc::append_allowances(result->merged, allowed.needed());
  }
  for (const Remark &warning : changes.warnings)
    report_warning(warning.message, warning.code, unit.places);
  if (Error error = write_report(files, unit, changes))
    return error;
  if (flag_lto)
    result->merged += split.link + side_files_section(files);
  return write_file(assembly, result->merged);
}

} // namespace care::plugin
