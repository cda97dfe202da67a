// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The road through the differ: parse both texts, match their symbols, find what
// changed, refuse what cannot be patched, write the tail.

#include "gensrc/differ.h"

#include "common/facts.h"
#include "common/patch_format.h"
#include "gensrc/changes.h"
#include "gensrc/listing.h"
#include "gensrc/match.h"
#include "gensrc/reasons.h"
#include "gensrc/tail.h"

namespace care::gensrc {

static std::string unit_id_of(std::string_view original,
                              const DiffOptions &options) {
  uint64_t hash = mix_bytes(mix_bytes(1, options.unit_name), original);
  static constexpr char digits[] = "0123456789abcdef";
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4)
    id.push_back(digits[hash >> shift & 15]);
  return id;
}

static Result<Facts> read_facts(const std::string &text) {
  if (text.empty())
    return Facts{};
  return parse_facts(text);
}

namespace {

// Puts what was found into the result, for people.
class ChangeLister {
public:
  ChangeLister(const Comparison &units, const Facts &facts)
      : units_(units), facts_(facts) {}

  void list(const Changes &changes, DiffResult &result) const;

private:
  std::string find_location(const ChangedFunction &change) const;
  void list_part(const ChangedFunction &change, size_t part,
                 FunctionChange entry, DiffResult &result) const;
  void list_removed(DiffResult &result) const;

  const Comparison &units_;
  const Facts &facts_; // of the patched unit
};

} // namespace

// Where it is declared, if the compiler said so; else its first line of code.
std::string ChangeLister::find_location(const ChangedFunction &change) const {
  const Unit &b = units_.patched;
  for (const FunctionFact &fact : facts_.functions)
    if (fact.symbol == b.symbols[change.symbol].name)
      return fact.location;
  return location_of(b, b.functions[change.patched]);
}

void ChangeLister::list_part(const ChangedFunction &change, size_t part,
                             FunctionChange entry, DiffResult &result) const {
  const Unit &a = units_.original;
  const Unit &b = units_.patched;
  AtomId now = b.functions[change.patched].parts[part];
  uint32_t partner =
      change.original == no_id ? no_id : a.function_of(change.original);
  if (partner != no_id && part < a.functions[partner].parts.size())
    entry.before =
        list_code(a, a.functions[partner].parts[part], nullptr, nullptr);
  entry.after = list_code(b, now, &a, &units_.matching.to_original);
  result.functions.push_back(std::move(entry));
}

void ChangeLister::list(const Changes &changes, DiffResult &result) const {
  const Unit &b = units_.patched;
  for (const ChangedFunction &change : changes.functions) {
    const Function &function = b.functions[change.patched];
    bool is_new = change.original == no_id || change.is_clone;
    std::string location = find_location(change);
    FunctionChange entry{std::string(b.symbols[change.symbol].name),
                         is_new ? ChangeKind::New : ChangeKind::Replaced,
                         change.reason,
                         location,
                         {},
                         {}};
    list_part(change, 0, entry, result);
    entry.kind = ChangeKind::Part;
    for (size_t part = 1; part < function.parts.size(); part++) {
      entry.name = b.symbol_of(b.atoms[function.parts[part]]).name;
      list_part(change, part, entry, result);
    }
  }
  for (AtomId id : changes.new_objects)
    result.new_variables.emplace_back(b.symbol_of(b.atoms[id]).name);
  list_removed(result);
}

// Those of the original that the patched unit does not have.
void ChangeLister::list_removed(DiffResult &result) const {
  const Unit &a = units_.original;
  const Unit &b = units_.patched;
  for (const Atom &atom : a.atoms) {
    if (atom.kind != AtomKind::Object || atom.symbol == no_id ||
        atom.has_labels || atom.is_toplevel_asm || a.is_local_constant(atom))
      continue;
    SymbolId now = units_.matching.to_patched[atom.symbol];
    if (now == no_id || !b.symbols[now].is_defined())
      result.removed_variables.emplace_back(a.symbol_of(atom).name);
  }
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
  if (Error error = check_functions(units, *changes, result.warnings))
    return error;

  if (Error error =
          check_signatures(units, *original_facts, *patched_facts, *changes))
    return error;

  result.merged = original;
  find_reasons(units, *original_facts, *patched_facts, *changes);
  ChangeLister(units, *patched_facts).list(*changes, result);
  result.changed = !changes->functions.empty() ||
                   !changes->new_objects.empty() ||
                   !changes->new_aliases.empty();
  if (!result.changed)
    return result;
  result.unit_id = unit_id_of(original, options);
  TailWriter writer(units, *changes, result.unit_id);
  Result<std::string> tail = writer.write();
  if (!tail)
    return tail.take_error();
  if (!result.merged.empty() && result.merged.back() != '\n')
    result.merged += '\n';
  result.merged += *tail;
  append_allowances(result.merged, allowed.needed());
  result.allowed.assign(allowed.needed().begin(), allowed.needed().end());
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

static std::string_view kind_word(ChangeKind kind) {
  switch (kind) {
  case ChangeKind::Replaced:
    return "replaced";
  case ChangeKind::New:
    return "new";
  case ChangeKind::Part:
    return "part";
  }
  return "replaced";
}

std::string format_report(const DiffResult &result) {
  std::string text;
  for (const FunctionChange &change : result.functions) {
    text += kind_word(change.kind);
    text += "\t" + change.name + "\t" + change.reason + "\n";
  }
  return text;
}

UnitChanges list_unit_changes(const DiffResult &result) {
  UnitChanges unit;
  unit.id = result.unit_id;
  for (const FunctionChange &f : result.functions)
    unit.functions.push_back({std::string(kind_word(f.kind)), f.name, f.reason,
                              f.location, f.before, f.after});
  unit.new_variables = result.new_variables;
  unit.removed_variables = result.removed_variables;
  for (const Warning &warning : result.warnings)
    unit.warnings.push_back({warning.code, warning.message});
  for (const std::string &answer : result.allowed)
    unit.allowed.push_back(remark_of_answer(answer));
  return unit;
}

} // namespace care::gensrc
