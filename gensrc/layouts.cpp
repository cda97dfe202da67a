// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures are paired by name, and those of one name (local ones of several
// functions) by their order if there are as many in both units. Members are
// paired by their place, so that renaming one is no change.
//
// What differs is told by the first member that moved, changed, came or went:
// that is what a person has to look at.

#include "gensrc/layouts.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

namespace care::gensrc {

// Calls `visit(before, now)` for the facts that both lists have.
template <typename Fact, typename KeyOf, typename Visit>
static void for_each_pair(const std::vector<Fact> &original,
                          const std::vector<Fact> &patched, KeyOf key_of,
                          Visit visit) {
  using Key = std::invoke_result_t<KeyOf, const Fact &>;
  std::map<Key, std::vector<const Fact *>> before, now;
  for (const Fact &fact : original)
    before[key_of(fact)].push_back(&fact);
  for (const Fact &fact : patched)
    now[key_of(fact)].push_back(&fact);
  for (const auto &[key, facts] : now) {
    auto found = before.find(key);
    if (found == before.end() || found->second.size() != facts.size())
      continue;
    for (size_t i = 0; i < facts.size(); ++i)
      visit(*found->second[i], *facts[i]);
  }
}

static std::string name_of_type(const TypeFact &type) {
  return type.name;
}

static std::string offset_text(uint64_t bits) {
  std::string text = "offset " + std::to_string(bits / 8);
  if (bits % 8 != 0)
    text += " bit " + std::to_string(bits % 8);
  return text;
}

static std::string member_title(const MemberFact &member) {
  return "member '" + member.name + "'";
}

static const MemberFact *find_member(const TypeFact &type,
                                     const std::string &name) {
  for (const MemberFact &member : type.members)
    if (member.name == name)
      return &member;
  return nullptr;
}

static bool is_same_place(const MemberFact &a, const MemberFact &b) {
  return a.offset_bits == b.offset_bits && a.size_bits == b.size_bits;
}

static bool has_same_places(const TypeFact &a, const TypeFact &b) {
  return a.size_bytes == b.size_bytes &&
         std::equal(a.members.begin(), a.members.end(), b.members.begin(),
                    b.members.end(), is_same_place);
}

// Only the members of a union all lie at its start.
static bool is_union(const TypeFact &type) {
  return type.members.size() > 1 &&
         std::all_of(
             type.members.begin(), type.members.end(),
             [](const MemberFact &member) { return member.offset_bits == 0; });
}

// What a union had is still there, and it is not larger: old code and new agree
// about every object.
static bool is_extended_union(const TypeFact &before, const TypeFact &now) {
  return before.size_bytes == now.size_bytes && is_union(before) &&
         is_union(now) &&
         std::all_of(before.members.begin(), before.members.end(),
                     [&](const MemberFact &old) {
                       const MemberFact *member = find_member(now, old.name);
                       return member && is_same_place(old, *member) &&
                              member->kind == old.kind;
                     });
}

// Members that swapped their places have the same places, in another order.
static bool has_moved_member(const TypeFact &before, const TypeFact &now) {
  return std::any_of(now.members.begin(), now.members.end(),
                     [&](const MemberFact &member) {
                       const MemberFact *old = find_member(before, member.name);
                       return old && !is_same_place(*old, member);
                     });
}

// A pointer to void may point to anything, before and after. Facts that an
// older plugin wrote have no kinds.
static bool is_same_kind(std::string_view a, std::string_view b) {
  if (a == b || a.empty() || b.empty())
    return true;
  if (!a.starts_with('*') || !b.starts_with('*'))
    return false;
  a.remove_prefix(1);
  b.remove_prefix(1);
  return a == "void" || b == "void" || is_same_kind(a, b);
}

static std::string was_and_is(const std::string &before,
                              const std::string &now) {
  if (before == now)
    return "is of another type";
  return "was '" + before + "', is '" + now + "'";
}

// Empty if the members are in the same places.
static std::string describe_places(const TypeFact &before,
                                   const TypeFact &now) {
  if (has_same_places(before, now) && !has_moved_member(before, now))
    return "";
  for (const MemberFact &member : now.members)
    if (!find_member(before, member.name))
      return member_title(member) + " is new, at " +
             offset_text(member.offset_bits);
  for (const MemberFact &member : before.members)
    if (!find_member(now, member.name))
      return member_title(member) + " is gone, was at " +
             offset_text(member.offset_bits);
  for (const MemberFact &member : now.members) {
    const MemberFact &old = *find_member(before, member.name);
    if (old.size_bits != member.size_bits)
      return member_title(member) + " had " + std::to_string(old.size_bits) +
             " bits, has " + std::to_string(member.size_bits);
    if (old.offset_bits != member.offset_bits)
      return member_title(member) + " was at " + offset_text(old.offset_bits) +
             ", is at " + offset_text(member.offset_bits);
  }
  return "only its size did";
}

static std::string describe_change(const TypeFact &before,
                                   const TypeFact &now) {
  if (is_extended_union(before, now))
    return "";
  std::string change = describe_places(before, now);
  if (!change.empty())
    return change;
  for (size_t i = 0; i < now.members.size(); ++i) {
    const MemberFact &old = before.members[i];
    const MemberFact &member = now.members[i];
    if (!is_same_kind(old.kind, member.kind))
      return member_title(member) + " at " + offset_text(member.offset_bits) +
             " " + was_and_is(old.words, member.words);
  }
  return "";
}

// The functions that have the code of `owner` in them: itself, its clones, and
// those that it was inlined into.
static std::set<std::string> holders_of(const Facts &facts,
                                        const std::string &owner) {
  std::set<std::string> holders = {owner};
  for (size_t count = 0; count != holders.size();) {
    count = holders.size();
    for (const InlineFact &fact : facts.inlined)
      if (holders.contains(fact.callee))
        holders.insert(fact.caller);
    for (const FunctionFact &fact : facts.functions)
      if (holders.contains(fact.clone_of))
        holders.insert(fact.symbol);
  }
  return holders;
}

static bool has_no_objects(const Facts &original, const std::string &type,
                           const std::set<std::string> &replaced) {
  bool is_automatic = false;
  for (const AutomaticFact &fact : original.automatic) {
    if (fact.type != type)
      continue;
    is_automatic = true;
    if (fact.function.empty())
      continue;
    std::set<std::string> holders = holders_of(original, fact.function);
    for (const FunctionFact &function : original.functions)
      if (holders.contains(function.symbol) &&
          !replaced.contains(function.symbol))
        return false;
  }
  return is_automatic;
}

namespace {
struct LayoutChange {
  const TypeFact *before, *now;
  std::string what;
};
} // namespace

// Does an object of `type` hold one of the other?
static bool holds(const TypeFact &type, const TypeFact &other) {
  return std::any_of(type.members.begin(), type.members.end(),
                     [&](const MemberFact &member) {
                       std::string_view words = member.words;
                       return words.substr(0, words.find('[')) == other.name;
                     });
}

// A structure changes all those that hold it, and is what was edited.
static const LayoutChange &innermost(const std::vector<LayoutChange> &changes) {
  for (const LayoutChange &change : changes)
    if (std::none_of(changes.begin(), changes.end(),
                     [&](const LayoutChange &other) {
                       return holds(*change.now, *other.now);
                     }))
      return change;
  return changes.front();
}

static Error compare_types(const Facts &original, const Facts &patched,
                           const std::set<std::string> &replaced,
                           Allowances &allowed) {
  std::vector<LayoutChange> changes;
  auto compare = [&](const TypeFact &before, const TypeFact &now) {
    if (now.name.starts_with(lambda_type))
      return; // the differ knows whether the program may have kept it
    std::string change = describe_change(before, now);
    if (!change.empty() && !has_no_objects(original, before.name, replaced) &&
        !allowed.permits("kpatch-type-layout", now.name))
      changes.push_back({&before, &now, std::move(change)});
  };
  for_each_pair(original.types, patched.types, name_of_type, compare);
  if (changes.empty())
    return {};
  const LayoutChange &first = innermost(changes);
  const std::string &name = first.now->name;
  Error error = refused("kpatch-type-layout",
                        "the layout of '" + name + "' changed: " + first.what)
                    .note("the running program has such objects in its memory; "
                          "the size was " +
                          std::to_string(first.before->size_bytes) + ", is " +
                          std::to_string(first.now->size_bytes))
                    .note(allow_hint("kpatch-type-layout", name));
  std::string others;
  for (const LayoutChange &change : changes)
    if (change.now->name != name)
      others += (others.empty() ? "'" : ", '") + change.now->name + "'";
  if (!others.empty())
    error = std::move(error).note("refused as well: " + others);
  return error;
}

// --- variables

// A unit may define in one version what it only refers to in the other.
static std::vector<VariableFact> all_variables(const Facts &facts) {
  std::vector<VariableFact> all = facts.variables;
  all.insert(all.end(), facts.externals.begin(), facts.externals.end());
  return all;
}

// Static locals are numbered: their symbols may differ between the units.
static auto identity(const VariableFact &v) {
  bool is_local = !v.function.empty();
  return std::tuple(v.function, is_local ? v.name : v.symbol, v.ordinal);
}

static bool remove_front(std::string_view &text, std::string_view front) {
  bool is_there = text.starts_with(front);
  if (is_there)
    text.remove_prefix(front.size());
  return is_there;
}

// What a static local is initialised with when its function first runs. Facts
// that an older plugin wrote have nothing of it.
static Error compare_guards(const VariableFact &before, const VariableFact &now,
                            Allowances &allowed) {
  std::string name = "_Z" + now.symbol.substr(guard_prefix.size());
  if (before.kind.empty() || now.kind.empty() || before.kind == now.kind ||
      allowed.permits("kpatch-data-init", name))
    return {};
  return refused("kpatch-data-init",
                 "static local variable '" + name +
                     "': what it is initialised with changed")
      .note("if its function has run, it keeps the value that it has; use a "
            "variable with a new name")
      .note(allow_hint("kpatch-data-init", name));
}

static Error compare_variables(const Facts &original, const Facts &patched,
                               Allowances &allowed) {
  Error result;
  auto compare = [&](const VariableFact &before, const VariableFact &now) {
    if (now.symbol.starts_with(guard_prefix)) {
      if (!result)
        result = compare_guards(before, now, allowed);
      return;
    }
    std::string_view old_kind = before.kind, kind = now.kind;
    bool was_own_constant = remove_front(old_kind, own_constant);
    bool is_own_constant = remove_front(kind, own_constant);
    if (result || (was_own_constant && is_own_constant) ||
        is_same_kind(old_kind, kind) ||
        allowed.permits("kpatch-type-layout", now.symbol))
      return;
    result = refused("kpatch-type-layout",
                     "the type of variable '" + now.symbol +
                         "' changed: " + was_and_is(before.words, now.words))
                 .note("the running program has a value of the old type in it")
                 .note(allow_hint("kpatch-type-layout", now.symbol));
  };
  for_each_pair(all_variables(original), all_variables(patched), identity,
                compare);
  return result;
}

// --- enumerators

// The numbers of the enumerators of one name. Enumerations without a name, or
// of several functions, may share names of enumerators.
using Numbers = std::vector<std::string>;

static std::string enumerator_key(const EnumerationFact &enumeration,
                                  const EnumeratorFact &enumerator) {
  return enumeration.name + "\t" + enumerator.name;
}

static std::map<std::string, Numbers> numbers_of(const Facts &facts) {
  std::map<std::string, Numbers> numbers;
  for (const EnumerationFact &enumeration : facts.enumerations)
    for (const EnumeratorFact &enumerator : enumeration.values)
      numbers[enumerator_key(enumeration, enumerator)].push_back(
          enumerator.value);
  return numbers;
}

static Numbers without(const Numbers &numbers, Numbers others) {
  Numbers rest;
  for (const std::string &number : numbers) {
    auto same = std::ranges::find(others, number);
    if (same == others.end())
      rest.push_back(number);
    else
      others.erase(same);
  }
  return rest;
}

// Enumerations that only came or only went change no number of the others.
static Error compare_numbers(const EnumerationFact &enumeration,
                             const EnumeratorFact &enumerator,
                             const Numbers &before, const Numbers &now,
                             Allowances &allowed) {
  Numbers gone = without(before, now), added = without(now, before);
  if (gone.empty() || added.empty() ||
      allowed.permits("kpatch-enum-value", enumerator.name) ||
      (!enumeration.name.empty() &&
       allowed.permits("kpatch-enum-value", enumeration.name)))
    return {};
  bool has_name = !enumeration.name.empty();
  return refused(
             "kpatch-enum-value",
             "enumerator '" + enumerator.name + "' of " +
                 (has_name ? "'" + enumeration.name + "'" : "an enumeration") +
                 " was " + gone.front() + ", is " + added.front())
      .note("the running program may have stored the old value; existing "
            "enumerators keep their numbers, new ones go behind them")
      .note(allow_hint("kpatch-enum-value",
                       has_name ? enumeration.name : enumerator.name));
}

// After an insertion all that follow have moved: the first one is named.
static Error compare_enumerators(const Facts &original, const Facts &patched,
                                 Allowances &allowed) {
  std::map<std::string, Numbers> before = numbers_of(original);
  std::map<std::string, Numbers> now = numbers_of(patched);
  for (const EnumerationFact &enumeration : patched.enumerations)
    for (const EnumeratorFact &enumerator : enumeration.values) {
      std::string key = enumerator_key(enumeration, enumerator);
      auto old = before.find(key);
      if (old == before.end())
        continue;
      if (Error error = compare_numbers(enumeration, enumerator, old->second,
                                        now[key], allowed))
        return error;
    }
  return {};
}

Error compare_layouts(const Facts &original, const Facts &patched,
                      const std::set<std::string> &replaced,
                      Allowances &allowed) {
  if (Error error = compare_types(original, patched, replaced, allowed))
    return error;
  if (Error error = compare_variables(original, patched, allowed))
    return error;
  return compare_enumerators(original, patched, allowed);
}

// --- warnings

using Warnings = std::vector<Remark>;

static void warn(Warnings &warnings, std::string message) {
  warnings.push_back({"kpatch-type-layout", std::move(message)});
}

static void warn_about_members(Warnings &warnings, const TypeFact &before,
                               const TypeFact &now) {
  for (size_t i = 0; i < std::min(before.members.size(), now.members.size());
       ++i) {
    const MemberFact &old = before.members[i];
    const MemberFact &member = now.members[i];
    // Structures inside have their own fact.
    if (old.type != member.type && !member.kind.empty() &&
        (member.kind.starts_with('i') || member.kind.starts_with('*')))
      warn(warnings, "in '" + now.name + "', " + member_title(member) +
                         " has another type of the same size: " +
                         was_and_is(old.words, member.words) +
                         "; the program has values of the old one");
  }
}

Warnings layout_warnings(const Facts &original, const Facts &patched) {
  Warnings warnings;
  for_each_pair(original.types, patched.types, name_of_type,
                [&](const TypeFact &before, const TypeFact &now) {
                  if (!now.name.starts_with(lambda_type))
                    warn_about_members(warnings, before, now);
                });
  return warnings;
}

} // namespace care::gensrc
