// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both programs as one text each, the differ, and its result taken apart again:
// the original's partitions stay as they are, so that the link arrives at the
// original's code, and what is new is a text of its own.

#include "gensrc/link_time/link_diff.h"

#include <algorithm>
#include <set>

#include "common/compilation.h"
#include "gensrc/layouts.h"
#include "gensrc/link_time/joined_facts.h"
#include "gensrc/link_time/joined_text.h"
#include "gensrc/link_time/link_names.h"

namespace care::gensrc {

namespace {

struct Programs {
  const LinkFiles &files;
  LinkNames names;
  JoinedFacts original, patched;
};

} // namespace

static std::map<std::string, OriginalName, std::less<>>
original_names(const ProgramNames &names) {
  std::map<std::string, OriginalName, std::less<>> result;
  for (const auto &[name, partition] : names.visible)
    result.insert_or_assign(name, OriginalName{name, partition});
  for (const LocalSymbol &local : names.locals)
    result.insert_or_assign(local.joined,
                            OriginalName{local.name, local.partition});
  return result;
}

// --- places for messages

template <typename Fact>
static const Fact *find_named(const std::vector<Fact> &facts,
                              std::string_view name) {
  for (const Fact &fact : facts)
    if (fact.name == name)
      return &fact;
  return nullptr;
}

// "file:line" of what has the name in one of the units.
static std::string find_place(const LinkFiles &files, std::string_view name) {
  for (const LinkedUnit &unit : files.units) {
    if (auto *function = find_named(unit.patched.functions, name))
      return function->location;
    if (auto *variable = find_named(unit.patched.variables, name))
      return variable->location;
    if (auto *variable = find_named(unit.original.variables, name))
      return variable->location;
    if (auto *type = find_named(unit.patched.types, name))
      return type->location;
    for (const EnumerationFact &enumeration : unit.patched.enumerations)
      for (const EnumeratorFact &value : enumeration.values)
        if (enumeration.name == name || value.name == name)
          return enumeration.location;
  }
  return {};
}

// The first thing named in single quotes that a unit declares.
static std::string place_of(const LinkFiles &files, std::string_view message) {
  for (size_t start = 0; (start = message.find('\'', start)) != message.npos;) {
    size_t end = message.find('\'', start + 1);
    if (end == message.npos)
      break;
    std::string_view name = message.substr(start + 1, end - start - 1);
    for (std::string_view word : {name, name.substr(0, name.find('.'))})
      if (std::string place = find_place(files, word); !place.empty())
        return place;
    start = end + 1;
  }
  return {};
}

// With the names of the source, and the place of what is named first.
static Error for_people(const LinkFiles &files, const Error &error) {
  Error plain(error.kind(), without_link_tags(error.message()));
  if (!error.code().empty())
    plain = std::move(plain).with_code(error.code());
  for (const std::string &note : error.notes())
    plain = std::move(plain).note(without_link_tags(note));
  std::string place = place_of(files, plain.message());
  return place.empty() ? std::move(plain) : std::move(plain).in(place);
}

// An answer for a static holds for those of its name in all units.
static void complete_answers(const LinkNames &names,
                             std::vector<std::string> &answers) {
  std::set<std::string> more;
  for (const std::string &answer : answers) {
    size_t name = answer.find(':') + 1; // 0 is refused elsewhere
    for (const ProgramNames *program : {&names.original, &names.patched})
      for (const LocalSymbol &local : program->locals)
        if (name != 0 && local.joined != answer.substr(name) &&
            without_link_tags(local.joined) == answer.substr(name))
          more.insert(answer.substr(0, name) + local.joined);
  }
  answers.insert(answers.end(), more.begin(), more.end());
}

// --- types, unit by unit

static bool has_equal_types(const LinkedUnit &unit) {
  return std::ranges::equal(unit.original.types, unit.patched.types, {},
                            &TypeFact::layout, &TypeFact::layout);
}

// Which functions have objects of a type is a question to the whole program.
static Error compare_unit(const Programs &programs, size_t index,
                          const std::set<std::string> &replaced,
                          Allowances &allowed) {
  const LinkedUnit &unit = programs.files.units[index];
  if (unit.is_new)
    return {};
  if (has_equal_types(unit))
    return compare_layouts(unit.original, unit.patched, {}, allowed);
  Facts original = unit.original;
  original.functions = programs.original.facts.functions;
  original.inlined = programs.original.facts.inlined;
  for (AutomaticFact &fact : original.automatic)
    fact.function =
        programs.names.original.joined(std::to_string(index), fact.function);
  return compare_layouts(original, unit.patched, replaced, allowed);
}

static Error compare_types(const Programs &programs, Allowances &allowed,
                           UnitChanges &changes,
                           const std::set<std::string> &replaced) {
  for (size_t i = 0; i < programs.files.units.size(); i++)
    if (Error error = compare_unit(programs, i, replaced, allowed))
      return error;
  for (const std::string &answer : allowed.needed())
    changes.allowed.push_back(remark_of_answer(answer));
  return {};
}

// The one names of the functions that the patch replaces.
static std::set<std::string> replaced_functions(const DiffOptions &options,
                                                const UnitChanges &changes) {
  std::set<std::string> names; // in the binary
  for (const CodeChange &change : changes.functions)
    if (change.kind == change_kind::replaced)
      names.insert(change.symbol);
  std::set<std::string> replaced = names;
  for (const auto &[joined, original] : options.original_names)
    if (names.contains(original.name))
      replaced.insert(joined);
  return replaced;
}

static void add_warnings(const Programs &programs,
                         const std::set<std::string> &replaced,
                         Allowances &allowed, UnitChanges &changes) {
  std::set<size_t> units;
  for (const std::string &name : replaced)
    if (auto found = programs.patched.unit_of_function.find(name);
        found != programs.patched.unit_of_function.end())
      units.insert(found->second);
  std::vector<Remark> warnings;
  for (size_t index : units) {
    const LinkedUnit &unit = programs.files.units[index];
    if (unit.is_new)
      continue;
    for (Remark &warning : layout_warnings(unit.original, unit.patched))
      warnings.push_back(std::move(warning));
    std::string macros =
        describe_macro_change(unit.original, unit.patched, allowed);
    if (!macros.empty())
      warnings.push_back(
          {"kpatch-flags", unit.patched.source + ": " + macros, {}, {}});
  }
  changes.warnings.insert(changes.warnings.begin(), warnings.begin(),
                          warnings.end());
}

// --- the result

// Without the note the linker would make the stack executable.
constexpr std::string_view no_exec_stack =
    "\t.section\t.note.GNU-stack,\"\",@progbits\n";

static void clean_names(UnitChanges &changes) {
  for (CodeChange &change : changes.functions) {
    change.reason = without_link_tags(change.reason);
    for (std::vector<std::string> *lines : {&change.before, &change.after})
      for (std::string &line : *lines)
        line = without_link_tags(line);
  }
  for (std::vector<std::string> *names :
       {&changes.new_variables, &changes.removed_variables})
    for (std::string &name : *names)
      name = without_link_tags(name);
  for (std::vector<Remark> *remarks : {&changes.warnings, &changes.allowed})
    for (Remark &remark : *remarks)
      remark.message = without_link_tags(remark.message);
}

static LinkDiff take_apart(const LinkFiles &files, DiffResult result) {
  LinkDiff diff;
  for (const Partition &partition : files.original.partitions)
    diff.partitions.push_back(partition.text);
  for (const Reference &reference : result.references)
    diff.partitions[reference.original.text] += reference_lines(reference);
  if (result.changed)
    diff.patch = result.tail + std::string(no_exec_stack);
  diff.changes = std::move(result.changes);
  clean_names(diff.changes);
  diff.allowed = std::move(result.allowed);
  return diff;
}

// A variable that is of another size or value often is so because its type is.
static Error with_changed_types(Error error, const Programs &programs,
                                Allowances &allowed) {
  UnitChanges unused;
  Error types = compare_types(programs, allowed, unused, {});
  return types ? std::move(error).note(types.message()) : std::move(error);
}

static Result<LinkDiff> diff_programs(const Programs &programs,
                                      DiffOptions options) {
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  const LinkFiles &files = programs.files;
  options.original_names = original_names(programs.names.original);
  options.original_facts = format_facts(programs.original.facts);
  options.patched_facts = format_facts(programs.patched.facts);
  std::string original = joined_text(files.original, programs.names.original);
  std::string patched = joined_text(files.patched, programs.names.patched);
  Result<DiffResult> result = diff_assembly(original, patched, options);
  if (!result)
    return with_changed_types(result.take_error(), programs, allowed);
  if (result->changed) { // without new code nothing sees a new layout
    std::set<std::string> replaced =
        replaced_functions(options, result->changes);
    if (Error error =
            compare_types(programs, allowed, result->changes, replaced))
      return error;
    add_warnings(programs, replaced, allowed, result->changes);
    append_allowances(result->tail, allowed.needed());
    for (const std::string &answer : allowed.needed())
      result->allowed.push_back(answer);
  }
  return take_apart(files, std::move(*result));
}

Result<LinkDiff> diff_link(const LinkFiles &files, DiffOptions options) {
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  if (Error error =
          compare_compilation(files.original.link, files.patched.link, allowed))
    return std::move(error).in("link-time optimisation");
  Result<LinkNames> names = find_link_names(files);
  if (!names)
    return names.take_error();
  complete_answers(*names, options.allow);
  Programs programs{files, std::move(*names), {}, {}};
  programs.original = joined_facts(files, true, programs.names.original);
  programs.patched = joined_facts(files, false, programs.names.patched);
  Result<LinkDiff> diff = diff_programs(programs, std::move(options));
  if (!diff)
    return for_people(files, diff.error());
  diff->changes.compiler = files.patched.link.compiler;
  for (std::vector<Remark> *remarks :
       {&diff->changes.warnings, &diff->changes.allowed})
    for (Remark &remark : *remarks)
      remark.location = place_of(files, remark.message);
  return diff;
}

} // namespace care::gensrc
