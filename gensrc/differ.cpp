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

Result<DiffResult> diff_assembly(std::string_view original,
                                 std::string_view patched,
                                 const DiffOptions &options) {
  DiffResult result;
  if (original.size() > max_text_bytes || patched.size() > max_text_bytes)
    return refused("kpatch-too-large",
                   "the assembly of the unit has more than " +
                       std::to_string(max_text_bytes >> 20) + " megabytes")
        .note("compile its parts as files of their own");
  if (original == patched && options.must_adapt.empty()) {
    result.merged = original;
    return result;
  }
  Result<Facts> original_facts = read_facts(options.original_facts);
  if (!original_facts)
    return original_facts.take_error().in("facts of the original");
  Result<Facts> patched_facts = read_facts(options.patched_facts);
  if (!patched_facts)
    return patched_facts.take_error().in("facts of the patched unit");
  Result<Unit> before = parse_assembly(original);
  if (!before)
    return before.take_error().in("original");
  Result<Unit> after = parse_assembly(
      patched, source_folders(original_facts->source, patched_facts->source));
  if (!after)
    return after.take_error().in("patched");

  Matching matching =
      match_symbols(*before, *after, *original_facts, *patched_facts);
  Allowances allowed;
  if (Error error = allowed.add_all(options.allow))
    return error;
  Comparison units{*before, *after, matching, options, allowed};
  if (Error error = check_same_unit(units))
    return error;
  Result<Changes> changes = find_changes(units);
  if (!changes)
    return changes.take_error();
  if (Error error = check_variables(units, *changes))
    return error;
  if (Error error = check_functions(units, *changes, result.changes.warnings))
    return error;
  if (Error error = check_unnamed_data(units))
    return error;
  if (Error error =
          check_signatures(units, *original_facts, *patched_facts, *changes))
    return error;

  result.merged = original;
  find_reasons(units, *original_facts, *patched_facts, *changes);
  list_changes(units, *patched_facts, *changes, result.changes);
  result.changed = !changes->functions.empty() ||
                   !changes->new_objects.empty() ||
                   !changes->new_aliases.empty();
  if (!result.changed)
    return result;
  result.changes.id = unit_id_of(original, options);
  TailWriter writer(units, *changes, result.changes.id);
  Result<std::string> tail = writer.write();
  if (!tail)
    return tail.take_error();
  if (!result.merged.empty() && result.merged.back() != '\n')
    result.merged += '\n';
  result.merged += *tail;
  append_allowances(result.merged, allowed.needed());
  for (const std::string &answer : allowed.needed()) {
    result.allowed.push_back(answer);
    result.changes.allowed.push_back(remark_of_answer(answer));
  }
  return result;
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
