// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A wrong pair of variables would silently share or split state, so that a pair
// needs evidence and doubt is recorded. A wrong pair of clones costs nothing:
// the clone counts as changed, and its callers call the new one.

#include "gensrc/match.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

#include "common/parse_number.h"
#include "gensrc/compare.h"
#include "gensrc/local_pairs.h"
#include "gensrc/names.h"

namespace care::gensrc {
namespace {

class Matcher {
public:
  Matcher(const Unit &original, const Unit &patched, const Facts &before,
          const Facts &now)
      : a_(original), b_(patched), locals_(before, now) {
    matching_.to_original.assign(b_.symbols.size(), no_id);
    matching_.to_patched.assign(a_.symbols.size(), no_id);
    matching_.is_ambiguous.assign(b_.symbols.size(), false);
    is_settled_.assign(b_.symbols.size(), false);
  }

  void match_by_name();
  void match_unit_initialiser();
  void part_shifted_statics();
  void part_statics_of_cxx(const Facts &original, const Facts &patched);
  void match_by_facts(const Facts &original, const Facts &patched);
  void match_clones();
  void match_several_by_facts();
  void match_by_unchanged_code();
  void match_by_users();
  void doubt_moved_statics();
  void pair_guards();
  Matching take() { return std::move(matching_); }

private:
  struct Group {
    std::vector<SymbolId> original, patched;
  };
  std::map<std::string, Group> open_groups(AtomKind kind) const;
  bool is_open(const Unit &unit, const std::vector<SymbolId> &partners,
               SymbolId id, AtomKind kind) const;
  bool is_alike(SymbolId original, SymbolId patched) const;
  void part(SymbolId patched);
  void pair_by_users(const Group &group, const auto &shares_user);
  struct Statics {
    std::vector<const VariableFact *> before, now;

    void sort() { // as they are in the source
      for (auto *list : {&before, &now})
        std::ranges::sort(*list, {}, &VariableFact::ordinal);
    }
  };
  void pair_statics(Statics statics);
  void pair_by_place(Statics statics);
  std::vector<Statics> several_; // of one name and number in a function
  // Statics of C++ whose names do not say which one they are, of both units.
  std::unordered_set<SymbolId> numbered_before_, numbered_now_;

  const Unit &a_;
  const Unit &b_;
  LocalPairs locals_;
  Matching matching_;
  std::vector<bool> is_settled_; // by patched symbol: the facts have decided
};

bool is_nameless(const Symbol &symbol) {
  return is_local_label(symbol.name) || symbol.is_asm_label;
}

bool is_counted(const Symbol &symbol) {
  return symbol.is_local() && symbol.is_defined() && is_numbered(symbol.name);
}

// A static function or variable, and one of another unit that has its name.
bool are_strangers(const Symbol &original, const Symbol &patched) {
  auto is_own = [](const Symbol &s) { return s.is_defined() && s.is_local(); };
  return (is_own(original) && !patched.is_defined()) ||
         (is_own(patched) && !original.is_defined());
}

void Matcher::match_by_name() {
  for (SymbolId id = 0; id < b_.symbols.size(); id++) {
    const Symbol &symbol = b_.symbols[id];
    if (is_nameless(symbol) || is_counted(symbol))
      continue;
    SymbolId original = a_.find(symbol.name);
    if (original != no_id && !is_nameless(a_.symbols[original]) &&
        !is_counted(a_.symbols[original]) &&
        !are_strangers(a_.symbols[original], symbol))
      matching_.pair(original, id);
  }
}

// clang names the function that initialises a unit's globals after the file,
// which may differ when patching by hand.
void Matcher::match_unit_initialiser() {
  auto find_open = [](const Unit &unit, const std::vector<SymbolId> &partners) {
    SymbolId found = no_id;
    size_t count = 0;
    for (const Function &function : unit.functions)
      if (partners[function.symbol] == no_id &&
          unit.symbols[function.symbol].name.starts_with("_GLOBAL__sub_I_")) {
        found = function.symbol;
        count++;
      }
    return count == 1 ? found : no_id;
  };
  SymbolId original = find_open(a_, matching_.to_patched);
  SymbolId patched = find_open(b_, matching_.to_original);
  if (original != no_id && patched != no_id)
    matching_.pair(original, patched);
}

void Matcher::part(SymbolId patched) {
  if (SymbolId original = matching_.to_original[patched]; original != no_id)
    matching_.to_patched[original] = no_id;
  matching_.to_original[patched] = no_id;
}

// The names of C++ number the statics of one name in a function, and one more
// or less shifts the numbers.
void Matcher::part_shifted_statics() {
  auto count = [](const Unit &unit) {
    std::map<std::string, size_t> counts;
    for (const Symbol &symbol : unit.symbols)
      if (symbol.name.starts_with("_ZZ") && symbol.is_defined())
        counts[static_stem(symbol.name)]++;
    return counts;
  };
  auto before = count(a_), now = count(b_);
  for (SymbolId id = 0; id < b_.symbols.size(); id++) {
    const Symbol &symbol = b_.symbols[id];
    if (!symbol.name.starts_with("_ZZ") || !symbol.is_defined())
      continue;
    std::string stem = static_stem(symbol.name);
    if (!before.contains(stem) || before[stem] == now[stem])
      continue;
    part(id);
    matching_.is_ambiguous[id] = true;
  }
}

// "_ZGVZ1fvE1n" of "_ZZ1fvE1n": whether the variable has its initial value.
std::string guard_of(std::string_view variable) {
  return "_ZGV" + std::string(variable.substr(2));
}

// With facts, the statics of one name in a function are matched as those of C
// are, and so are those in a lambda or a local class that has another name now.
void Matcher::part_statics_of_cxx(const Facts &original, const Facts &patched) {
  if (original.variables.empty() || patched.variables.empty())
    return;
  auto is_renamed = [&](const VariableFact &fact) {
    return locals_.is_other(fact.function) ||
           locals_.renamed().contains(fact.function);
  };
  auto find = [&](const Unit &unit, const Facts &facts) {
    std::map<std::pair<std::string, std::string>, size_t> counts;
    for (const VariableFact &fact : facts.variables)
      counts[{fact.function, fact.name}]++;
    std::unordered_set<SymbolId> found;
    for (const VariableFact &fact : facts.variables) {
      SymbolId id = unit.find(fact.symbol);
      if (!fact.function.empty() && fact.symbol.starts_with("_ZZ") &&
          id != no_id && unit.symbols[id].is_defined() &&
          (counts[{fact.function, fact.name}] > 1 || is_renamed(fact)))
        found.insert(id);
    }
    return found;
  };
  numbered_before_ = find(a_, original);
  numbered_now_ = find(b_, patched);
  // One that has become the only one of its name, or was.
  for (SymbolId id : numbered_before_)
    if (SymbolId now = matching_.to_patched[id]; now != no_id)
      numbered_now_.insert(now);
  for (SymbolId id : numbered_now_)
    if (SymbolId before = matching_.to_original[id]; before != no_id)
      numbered_before_.insert(before);
  for (SymbolId id : numbered_now_) {
    part(id);
    if (SymbolId guard = b_.find(guard_of(b_.symbols[id].name)); guard != no_id)
      part(guard);
  }
}

// The guard of a variable goes with it.
void Matcher::pair_guards() {
  for (SymbolId id : numbered_now_) {
    SymbolId guard = b_.find(guard_of(b_.symbols[id].name));
    SymbolId original = matching_.to_original[id];
    if (guard == no_id || !b_.symbols[guard].is_defined())
      continue;
    matching_.is_ambiguous[guard] = matching_.is_ambiguous[id];
    if (original == no_id)
      continue;
    SymbolId before = a_.find(guard_of(a_.symbols[original].name));
    if (before != no_id && a_.symbols[before].is_defined())
      matching_.pair(before, guard);
  }
}

// Statics of one name in a function are numbered in the order of the source.
// If there are more or fewer of them now, the numbers say nothing about those
// that could be meant, which are the ones of one type.
void Matcher::match_by_facts(const Facts &original, const Facts &patched) {
  matching_.has_facts =
      !original.variables.empty() && !patched.variables.empty();
  using Name = std::pair<std::string, std::string_view>;
  using Type = std::pair<std::string_view, uint64_t>;
  std::map<Name, Statics> named;
  auto is_wanted = [&](const Unit &unit, const VariableFact &fact,
                       const std::unordered_set<SymbolId> &numbered) {
    SymbolId id = unit.find(fact.symbol);
    return !fact.function.empty() && id != no_id &&
           (is_counted(unit.symbols[id]) || numbered.contains(id));
  };
  for (const VariableFact &fact : original.variables)
    if (is_wanted(a_, fact, numbered_before_))
      named[{fact.function, fact.name}].before.push_back(&fact);
  for (const VariableFact &fact : patched.variables)
    if (is_wanted(b_, fact, numbered_now_)) {
      matching_.is_ambiguous[b_.find(fact.symbol)] = false;
      std::string function = locals_.original_of(fact.function);
      named[{function, fact.name}].now.push_back(&fact);
    }
  for (const auto &[name, all] : named) {
    std::map<Type, Statics> alike;
    for (const VariableFact *fact : all.before)
      alike[{fact->type, fact->size_bytes}].before.push_back(fact);
    for (const VariableFact *fact : all.now)
      alike[{fact->type, fact->size_bytes}].now.push_back(fact);
    if (all.before.size() == 1 && all.now.size() == 1)
      pair_statics(all);
    else if (all.before.size() == all.now.size())
      several_.push_back(all);
    else
      for (const auto &[type, statics] : alike)
        pair_statics(statics);
    for (const VariableFact *fact : all.now) {
      SymbolId id = b_.find(fact->symbol);
      is_settled_[id] = !original.variables.empty();
      if (locals_.is_unsure(fact->function))
        matching_.is_ambiguous[id] = true;
    }
  }
}

void Matcher::pair_statics(Statics statics) {
  auto &[before, now] = statics;
  statics.sort();
  for (size_t i = 0; i < now.size(); i++) {
    SymbolId id = b_.find(now[i]->symbol);
    if (before.size() == now.size())
      matching_.pair(a_.find(before[i]->symbol), id);
    else
      matching_.is_ambiguous[id] = !before.empty();
  }
}

int64_t line_of(const VariableFact &fact) {
  std::string_view location = fact.location;
  size_t colon = location.rfind(':');
  if (colon == location.npos)
    return 0;
  return leading_number<int64_t>(location.substr(colon + 1)).value_or(0);
}

// As many as before, several: they may be the same, or one went and another
// came. What unchanged code refers to has been paired. The others are the same
// if all have moved by the same number of lines (none, where #line keeps the
// numbers), or if their types tell them apart.
void Matcher::match_several_by_facts() {
  for (const Statics &all : several_) {
    Statics open;
    for (const VariableFact *fact : all.before)
      if (matching_.to_patched[a_.find(fact->symbol)] == no_id)
        open.before.push_back(fact);
    for (const VariableFact *fact : all.now)
      if (matching_.to_original[b_.find(fact->symbol)] == no_id)
        open.now.push_back(fact);
    pair_by_place(std::move(open));
  }
}

void Matcher::pair_by_place(Statics statics) {
  std::vector<const VariableFact *> &before = statics.before;
  std::vector<const VariableFact *> &now = statics.now;
  if (before.size() != now.size())
    return pair_statics(std::move(statics));
  statics.sort();
  std::set<int64_t> lines, moves;
  std::set<std::pair<std::string_view, uint64_t>> types;
  for (size_t i = 0; i < now.size(); i++) {
    lines.insert(line_of(*before[i]));
    moves.insert(line_of(*now[i]) - line_of(*before[i]));
    types.emplace(now[i]->type, now[i]->size_bytes);
  }
  bool has_one_type_each = types.size() == now.size();
  // By as many lines as there are between two of them: one went, another came.
  bool is_overlap = !moves.contains(0) &&
                    std::any_of(now.begin(), now.end(), [&](auto *fact) {
                      return lines.contains(line_of(*fact));
                    });
  for (size_t i = 0; i < now.size(); i++) {
    SymbolId id = b_.find(now[i]->symbol);
    auto partner = std::find_if(before.begin(), before.end(),
                                [&](const VariableFact *fact) {
                                  return fact->type == now[i]->type &&
                                         fact->size_bytes == now[i]->size_bytes;
                                });
    if (moves.size() == 1 && !is_overlap)
      matching_.pair(a_.find(before[i]->symbol), id);
    else if (has_one_type_each && partner != before.end())
      matching_.pair(a_.find((*partner)->symbol), id);
    else
      matching_.is_ambiguous[id] = true;
  }
}

bool Matcher::is_open(const Unit &unit, const std::vector<SymbolId> &partners,
                      SymbolId id, AtomKind kind) const {
  const Symbol &symbol = unit.symbols[id];
  if (partners[id] != no_id || is_nameless(symbol) || !is_counted(symbol))
    return false;
  AtomId atom = symbol.atom;
  return atom != no_id && unit.atoms[atom].kind == kind &&
         !unit.atoms[atom].has_labels;
}

std::map<std::string, Matcher::Group>
Matcher::open_groups(AtomKind kind) const {
  std::map<std::string, Group> groups;
  for (SymbolId id = 0; id < a_.symbols.size(); id++)
    if (is_open(a_, matching_.to_patched, id, kind))
      groups[numberless(a_.symbols[id].name)].original.push_back(id);
  for (SymbolId id = 0; id < b_.symbols.size(); id++)
    if (is_open(b_, matching_.to_original, id, kind))
      groups[numberless(b_.symbols[id].name)].patched.push_back(id);
  return groups;
}

// Clones of one function: equal shapes first, the rest in order.
void Matcher::match_clones() {
  for (auto &entry : open_groups(AtomKind::Function)) {
    const auto &group = entry.second;
    auto pair_if = [&](auto predicate) {
      for (SymbolId id : group.patched) {
        if (matching_.to_original[id] != no_id)
          continue;
        for (SymbolId original : group.original)
          if (matching_.to_patched[original] == no_id &&
              predicate(original, id)) {
            matching_.pair(original, id);
            break;
          }
      }
    };
    auto shape = [](const Unit &unit, SymbolId id) {
      return unit.atoms[unit.symbols[id].atom].shape;
    };
    pair_if([&](SymbolId original, SymbolId id) {
      return shape(a_, original) == shape(b_, id);
    });
    pair_if([](SymbolId, SymbolId) { return true; });
  }
}

void Matcher::match_by_unchanged_code() {
  if (open_groups(AtomKind::Object).empty() && several_.empty())
    return;
  Comparer comparer(a_, b_, matching_);
  comparer.set_learning(true);
  for (const Function &function : b_.functions) {
    SymbolId original = matching_.to_original[function.symbol];
    if (original == no_id)
      continue;
    uint32_t partner = a_.function_of(original);
    if (partner == no_id ||
        !comparer.same_function(a_.functions[partner], function))
      continue;
    for (auto [from, to] : comparer.learned())
      matching_.pair(from, to);
  }
}

// For every data symbol, the source names of what refers to it.
std::map<SymbolId, std::set<std::string_view>> find_users(const Unit &unit) {
  std::map<SymbolId, std::set<std::string_view>> users;
  for (const Atom &atom : unit.atoms) {
    if (atom.symbol == no_id)
      continue;
    std::string_view user = source_name(unit.symbol_of(atom).name);
    for (const Ref &ref : atom.refs)
      if (is_counted(unit.symbols[ref.symbol]))
        users[ref.symbol].insert(user);
  }
  return users;
}

bool Matcher::is_alike(SymbolId original, SymbolId patched) const {
  const Symbol &left = a_.symbols[original];
  const Symbol &right = b_.symbols[patched];
  const Atom &from = a_.atoms[left.atom];
  const Atom &to = b_.atoms[right.atom];
  return left.size == right.size && from.shape == to.shape &&
         from.comm_size == to.comm_size && a_.kind_of(from) == b_.kind_of(to);
}

// Those that share users with one another only; of several, those that look
// alike in exactly one way.
void Matcher::pair_by_users(const Group &group, const auto &shares_user) {
  std::map<SymbolId, std::vector<SymbolId>> candidates, rivals;
  for (SymbolId id : group.patched)
    for (SymbolId original : group.original)
      if (shares_user(original, id)) {
        candidates[id].push_back(original);
        rivals[original].push_back(id);
      }
  for (SymbolId id : group.patched) {
    std::vector<SymbolId> &found = candidates[id];
    if (found.size() == 1 && rivals[found[0]].size() == 1)
      matching_.pair(found[0], id);
  }
  for (SymbolId id : group.patched) {
    if (matching_.to_original[id] != no_id)
      continue;
    SymbolId only = no_id;
    size_t count = 0;
    for (SymbolId original : candidates[id])
      if (matching_.to_patched[original] == no_id && is_alike(original, id)) {
        only = original;
        count++;
      }
    size_t alike_rivals = 0;
    if (count == 1)
      for (SymbolId rival : rivals[only])
        alike_rivals +=
            matching_.to_original[rival] == no_id && is_alike(only, rival);
    if (count == 1 && alike_rivals == 1)
      matching_.pair(only, id);
  }
}

void Matcher::match_by_users() {
  std::map<std::string, Group> groups = open_groups(AtomKind::Object);
  for (auto &[name, group] : groups)
    std::erase_if(group.patched, [&](SymbolId id) { return is_settled_[id]; });
  bool any = std::any_of(groups.begin(), groups.end(), [](const auto &group) {
    return !group.second.original.empty() && !group.second.patched.empty();
  });
  if (!any)
    return;
  auto original_users = find_users(a_);
  auto patched_users = find_users(b_);
  auto shares_user = [&](SymbolId original, SymbolId id) {
    const auto &left = original_users[original];
    const auto &right = patched_users[id];
    if (left.empty() && right.empty()) // nobody uses either
      return a_.symbols[original].name == b_.symbols[id].name;
    return std::any_of(left.begin(), left.end(), [&](std::string_view user) {
      return right.contains(user);
    });
  };
  for (auto &[name, group] : groups) {
    pair_by_users(group, shares_user);
    bool left_over = std::any_of(
        group.original.begin(), group.original.end(), [&](SymbolId original) {
          return matching_.to_patched[original] == no_id;
        });
    for (SymbolId id : group.patched)
      if (left_over && matching_.to_original[id] == no_id)
        matching_.is_ambiguous[id] = true;
  }
}

// A static variable moved into a function, out of one, to another one, or to
// another unit that is optimised in the same link: the same, or another?
void Matcher::doubt_moved_statics() {
  auto is_static = [](const Unit &unit, SymbolId id) {
    const Symbol &symbol = unit.symbols[id];
    return symbol.atom != no_id && symbol.is_local() && !is_nameless(symbol) &&
           unit.atoms[symbol.atom].kind == AtomKind::Object &&
           !unit.atoms[symbol.atom].has_labels &&
           !unit.is_local_constant(unit.atoms[symbol.atom]);
  };
  std::set<std::string_view> gone;
  for (SymbolId id = 0; id < a_.symbols.size(); id++)
    if (matching_.to_patched[id] == no_id && is_static(a_, id))
      gone.insert(untagged_source_name(a_.symbols[id].name));
  for (SymbolId id = 0; id < b_.symbols.size() && !gone.empty(); id++)
    if (matching_.to_original[id] == no_id && is_static(b_, id) &&
        gone.contains(untagged_source_name(b_.symbols[id].name)))
      matching_.is_ambiguous[id] = true;
}

} // namespace

Matching match_symbols(const Unit &original, const Unit &patched,
                       const Facts &original_facts,
                       const Facts &patched_facts) {
  Matcher matcher(original, patched, original_facts, patched_facts);
  matcher.match_by_name();
  matcher.part_shifted_statics();
  matcher.part_statics_of_cxx(original_facts, patched_facts);
  matcher.match_unit_initialiser();
  matcher.match_by_facts(original_facts, patched_facts);
  matcher.match_clones();
  matcher.match_by_unchanged_code();
  matcher.match_several_by_facts();
  matcher.match_by_users();
  matcher.doubt_moved_statics();
  matcher.pair_guards();
  return matcher.take();
}

} // namespace care::gensrc
