// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The road through the differ: parse both texts, match their symbols, find what
// changed, refuse what cannot be patched, write the tail.

#include "gensrc/differ.h"

#include <fmt/format.h>

#include "common/facts.h"
#include "common/patch_format.h"
#include "gensrc/changes.h"
#include "gensrc/checks.h"
#include "gensrc/list_changes.h"
#include "gensrc/match.h"
#include "gensrc/reasons.h"
#include "gensrc/tail.h"

namespace care::gensrc {

static std::string unit_id_of(std::string_view original,
                              const DiffOptions &options) {
  return fmt::format("{:016x}",
                     mix_bytes(mix_bytes(1, options.unit_name), original));
}

static Result<Facts> read_facts(const std::string &text) {
  if (text.empty())
    return Facts{};
  return parse_facts(text);
}

namespace {

struct BothFacts {
  Facts original, patched;
};

struct BothUnits {
  Unit original, patched;
};

} // namespace

static Result<BothFacts> read_both_facts(const DiffOptions &options) {
  Result<Facts> original = read_facts(options.original_facts);
  if (!original)
    return original.take_error().in("facts of the original");
  Result<Facts> patched = read_facts(options.patched_facts);
  if (!patched)
    return patched.take_error().in("facts of the patched unit");
  return BothFacts{std::move(*original), std::move(*patched)};
}

static Result<BothUnits> parse_both(std::string_view original,
                                    std::string_view patched,
                                    const BothFacts &facts) {
  Result<Unit> before = parse_assembly(original);
  if (!before)
    return before.take_error().in("original");
  Result<Unit> after = parse_assembly(
      patched, source_folders(facts.original.source, facts.patched.source));
  if (!after)
    return after.take_error().in("patched");
  return BothUnits{std::move(*before), std::move(*after)};
}

// What changed, if all of it can be patched.
static Result<Changes> find_good_changes(const Comparison &units,
                                         const BothFacts &facts,
                                         std::vector<Remark> &warnings) {
  if (Error error = check_same_unit(units))
    return error;
  Result<Changes> changes = find_changes(units);
  if (!changes)
    return changes;
  leave_out_start_code(units, facts.original, facts.patched, *changes);
  // First of all: an object of a class that has another name has another value.
  if (Error error =
          check_local_names(units, facts.original, facts.patched, *changes))
    return error;
  if (Error error = check_variables(units, *changes))
    return error;
  if (Error error =
          check_kept_addresses(units, facts.original, *changes, warnings))
    return error;
  if (Error error = check_functions(units, *changes, warnings))
    return error;
  if (Error error = check_unnamed_data(units))
    return error;
  if (Error error =
          check_signatures(units, facts.original, facts.patched, *changes))
    return error;
  return changes;
}

// The original, and behind it what is new or changed, under other names.
static Error write_merged(const Comparison &units, const Changes &changes,
                          DiffResult &result) {
  TailWriter writer(units, changes, result.changes.id);
  Result<std::string> tail = writer.write();
  if (!tail)
    return tail.take_error();
  result.tail = std::move(*tail);
  result.references = writer.references();
  append_allowances(result.tail, units.allowed.needed());
  if (!changes.exported.empty())
    result.merged = with_local_names(result.merged, changes.exported);
  if (!result.merged.empty() && result.merged.back() != '\n')
    result.merged += '\n';
  result.merged += result.tail;
  for (const Reference &reference : result.references)
    result.merged += reference_lines(reference);
  for (const std::string &answer : units.allowed.needed()) {
    result.allowed.push_back(answer);
    result.changes.allowed.push_back(remark_of_answer(answer));
  }
  return {};
}

Result<DiffResult> diff_assembly(std::string_view original,
                                 std::string_view patched,
                                 const DiffOptions &options) {
  DiffResult result;
  if (original.size() > max_text_bytes || patched.size() > max_text_bytes)
    return refused("kpatch-too-large",
                   "the assembly of the unit has more than " +
                       std::to_string(max_text_bytes >> 20) + " megabytes")
        .note("compile its parts as files of their own");
  result.merged = original;
  if (original == patched && options.must_adapt.empty())
    return result;
  Result<BothFacts> facts = read_both_facts(options);
  if (!facts)
    return facts.take_error();
  Result<BothUnits> both = parse_both(original, patched, *facts);
  if (!both)
    return both.take_error();

  Matching matching = match_symbols(both->original, both->patched,
                                    facts->original, facts->patched);
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  Comparison units{both->original, both->patched, matching, options, allowed};
  Result<Changes> changes =
      find_good_changes(units, *facts, result.changes.warnings);
  if (!changes)
    return changes.take_error();

  find_reasons(units, facts->original, facts->patched, *changes);
  list_changes(units, facts->patched, *changes, result.changes);
  result.changed = !changes->functions.empty() ||
                   !changes->new_objects.empty() ||
                   !changes->new_aliases.empty() || !changes->exported.empty();
  if (!result.changed)
    return result;
  result.changes.id = unit_id_of(original, options);
  if (Error error = write_merged(units, *changes, result))
    return error;
  return result;
}

std::string reference_lines(const Reference &reference) {
  return fmt::format("\t.globl\t{0}\n\t.hidden\t{0}\n\t.set\t{0},{1}\n",
                     reference.alias, reference.original.name);
}

static std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result;
}

void append_allowances(std::string &merged,
                       const std::set<std::string> &needed) {
  if (needed.empty())
    return;
  merged +=
      "\t.section\t" + std::string(section::allowed) + ",\"aR\",@progbits\n";
  for (const std::string &text : needed)
    merged += "\t.string\t\"" + escaped(text) + "\"\n";
}

} // namespace care::gensrc
