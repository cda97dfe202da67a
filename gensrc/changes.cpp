// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// First every function and constant by itself, then what follows: a changed
// constant takes along what refers to it, because the patch gets a copy of it,
// until nothing is added.
//
// A changed clone (.isra, .constprop, .part) may have other parameters now, and
// callers that know it. But a caller whose code is the same with the new clone
// as with the old one was compiled for both, so that the clone is replaced at
// its entry like any other function. Only if all its callers are in the patch
// its entry stays as it is, and they call the new one. So do the callers that
// are in the patch when another one differs and is to keep its original code;
// those with the same code have to come along then.

#include "gensrc/changes.h"

#include <algorithm>
#include <unordered_set>

#include "gensrc/compare.h"
#include "gensrc/names.h"
#include "gensrc/place.h"

namespace care::gensrc {

namespace {

class ChangeFinder {
public:
  explicit ChangeFinder(const Comparison &units)
      : units_(units), a_(units.original), b_(units.patched),
        comparer_(units.original, units.patched, units.matching) {
    changes_.is_changed_constant.assign(b_.atoms.size(), false);
  }

  Error compare_functions();
  Error compare_aliases();
  void compare_constants();
  void find_new_objects();
  void find_users();
  void follow();
  void settle_clones();
  void sort();
  Changes take() { return std::move(changes_); }

private:
  struct Users {
    std::vector<uint32_t> functions;
    std::vector<AtomId> constants;
  };

  bool is_wanted(std::string_view name) const;
  void add(ChangedFunction change);
  Error compare_function(uint32_t id);
  void visit_refs(AtomId start, uint32_t function,
                  std::unordered_set<AtomId> &visited);
  void visit_ref(const Ref &ref, AtomId start, uint32_t function,
                 std::vector<AtomId> &open);
  void taint(SymbolId symbol, std::string reason);
  void settle_clone(size_t change, bool is_in_data);

  const Comparison &units_;
  const Unit &a_;
  const Unit &b_;
  Comparer comparer_;
  Changes changes_;
  std::unordered_map<SymbolId, Users> users_;
  std::vector<std::pair<SymbolId, std::string>> worklist_;
  std::unordered_set<uint32_t> ignored_; // functions that keep their code
};

bool ChangeFinder::is_wanted(std::string_view name) const {
  const DiffOptions &options = units_.options;
  if (is_listed(options.ignore_changes, name, b_.file_name))
    return false;
  return options.only_functions.empty() ||
         is_listed(options.only_functions, name, b_.file_name) ||
         is_listed(options.only_functions, source_name(name), b_.file_name);
}

void ChangeFinder::add(ChangedFunction change) {
  if (change.symbol == b_.functions[change.patched].symbol)
    changes_.function_ids.emplace(change.patched, changes_.functions.size());
  changes_.functions.push_back(std::move(change));
}

Error ChangeFinder::compare_functions() {
  for (uint32_t id = 0; id < b_.functions.size(); id++)
    if (Error error = compare_function(id))
      return error;
  return {};
}

Error ChangeFinder::compare_function(uint32_t id) {
  const Function &function = b_.functions[id];
  const Symbol &symbol = b_.symbols[function.symbol];
  SymbolId original = units_.matching.to_original[function.symbol];
  bool is_new = original == no_id || !a_.symbols[original].is_defined();
  if (is_new) {
    add({id, function.symbol, no_id, false, "new"});
    return {};
  }
  if (!is_wanted(symbol.name)) {
    ignored_.insert(id);
    return {};
  }
  uint32_t partner = a_.function_of(original);
  if (partner == no_id)
    return in_place(
        units_, b_, function.parts[0],
        refused("kpatch-symbol-kind",
                quoted(symbol.name) +
                    " is a function now and was none in the original")
            .note("give the new function another name"));
  bool clone = symbol.is_local() && is_clone(symbol.name);
  std::string reason;
  if (is_listed(units_.options.must_adapt, symbol.name, b_.file_name))
    reason = "listed in --must-adapt";
  else if (!comparer_.same_function(a_.functions[partner], function))
    reason = "edited";
  if (reason.empty())
    return {};
  if (a_.functions[partner].symbol != original)
    return in_place(
        units_, b_, function.parts[0],
        refused("kpatch-alias",
                "function " + quoted(symbol.name) + " was another name of " +
                    quoted(a_.symbols[a_.functions[partner].symbol].name) +
                    " in the original and is code of its own now")
            .note("both share one entry in the running program; change both, "
                  "or neither"));
  add({id, function.symbol, original, clone, std::move(reason)});
  return {};
}

// Functions that became another name of an equal one, other names that moved,
// and new ones.
Error ChangeFinder::compare_aliases() {
  for (SymbolId id = 0; id < b_.symbols.size(); id++) {
    const Symbol &symbol = b_.symbols[id];
    if (symbol.alias_of.empty() || is_local_label(symbol.name) ||
        symbol.atom != no_id)
      continue;
    SymbolId original = units_.matching.to_original[id];
    if (original == no_id || !a_.symbols[original].is_defined()) {
      if (!symbol.is_local())
        changes_.new_aliases.push_back(id);
      continue;
    }
    const Symbol &before = a_.symbols[original];
    uint32_t target = b_.function_of(id);
    uint32_t partner = a_.function_of(original);
    if (target == no_id || partner == no_id) {
      AtomId from = a_.atom_of(original), to = b_.atom_of(id);
      bool same_target = from != no_id && to != no_id &&
                         a_.atoms[from].symbol != no_id &&
                         units_.matching.to_original[b_.atoms[to].symbol] ==
                             a_.atoms[from].symbol;
      if (!same_target && before.alias_of != symbol.alias_of)
        return in_place(
            units_, b_, to,
            refused("kpatch-alias",
                    quoted(symbol.name) + " stands for another thing now")
                .note("add a function with a new name instead, and call it"));
      continue;
    }
    const Function &code = b_.functions[target];
    if (units_.matching.to_original[code.symbol] ==
            a_.functions[partner].symbol ||
        comparer_.same_function(a_.functions[partner], code) ||
        !is_wanted(symbol.name))
      continue;
    if (before.atom == no_id)
      return in_place(units_, b_, code.parts[0],
                      refused("kpatch-alias",
                              quoted(symbol.name) + " was another name of " +
                                  quoted(before.alias_of) + " and is one of " +
                                  quoted(symbol.alias_of) + " now")
                          .note("both share one entry in the running program"));
    add({target, id, original, false, "edited"});
  }
  return {};
}

void ChangeFinder::compare_constants() {
  for (AtomId id = 0; id < b_.atoms.size(); id++) {
    const Atom &atom = b_.atoms[id];
    if (atom.kind != AtomKind::Object || atom.symbol == no_id ||
        atom.has_labels || !b_.is_local_constant(atom))
      continue;
    SymbolId original = units_.matching.to_original[atom.symbol];
    if (original == no_id || a_.symbols[original].atom == no_id)
      continue;
    AtomId partner = a_.symbols[original].atom;
    if (!a_.is_local_constant(a_.atoms[partner]) ||
        is_listed(units_.options.ignore_changes, b_.symbol_of(atom).name,
                  b_.file_name) ||
        comparer_.same_data(partner, id))
      continue;
    changes_.is_changed_constant[id] = true;
    worklist_.emplace_back(atom.symbol, "refers to changed constant ");
  }
}

void ChangeFinder::find_new_objects() {
  for (AtomId id = 0; id < b_.atoms.size(); id++) {
    const Atom &atom = b_.atoms[id];
    if (atom.kind != AtomKind::Object || atom.symbol == no_id ||
        atom.has_labels || atom.is_toplevel_asm || b_.is_local_constant(atom))
      continue;
    SymbolId original = units_.matching.to_original[atom.symbol];
    bool is_new = original == no_id || !a_.symbols[original].is_defined();
    if (is_new)
      changes_.new_objects.push_back(id);
  }
}

// --- what follows

// `start` with the tables and literals that it refers to.
void ChangeFinder::visit_refs(AtomId start, uint32_t function,
                              std::unordered_set<AtomId> &visited) {
  std::vector<AtomId> open = {start};
  while (!open.empty()) {
    AtomId id = open.back();
    open.pop_back();
    if (!visited.insert(id).second)
      continue;
    for (const Ref &ref : b_.atoms[id].refs)
      if (!ref.is_definition)
        visit_ref(ref, start, function, open);
  }
}

void ChangeFinder::visit_ref(const Ref &ref, AtomId start, uint32_t function,
                             std::vector<AtomId> &open) {
  const Symbol &symbol = b_.symbols[ref.symbol];
  AtomId target = b_.atom_of(ref.symbol);
  if (target == no_id)
    return;
  const Atom &atom = b_.atoms[target];
  bool is_inside = is_local_label(symbol.name) || atom.has_labels;
  if (is_inside && atom.kind != AtomKind::Function) {
    if (!atom.refs.empty())
      open.push_back(target);
  } else if (!is_inside && atom.symbol != no_id) {
    std::vector<uint32_t> &users = users_[atom.symbol].functions;
    if (function == no_id)
      users_[atom.symbol].constants.push_back(start);
    else if (users.empty() || users.back() != function)
      users.push_back(function);
  }
}

void ChangeFinder::find_users() {
  bool any_clone = std::any_of(
      changes_.functions.begin(), changes_.functions.end(),
      [](const ChangedFunction &change) { return change.is_clone; });
  if (worklist_.empty() && !any_clone)
    return;
  std::unordered_set<AtomId> visited;
  for (uint32_t id = 0; id < b_.functions.size(); id++) {
    visited.clear();
    for (AtomId part : b_.functions[id].parts)
      visit_refs(part, id, visited);
  }
  for (AtomId id = 0; id < b_.atoms.size(); id++) {
    const Atom &atom = b_.atoms[id];
    if (atom.kind != AtomKind::Object || !b_.is_local_constant(atom) ||
        atom.has_labels)
      continue;
    visited.clear();
    visit_refs(id, no_id, visited);
  }
}

void ChangeFinder::taint(SymbolId symbol, std::string reason) {
  auto found = users_.find(symbol);
  if (found == users_.end())
    return;
  for (uint32_t id : found->second.functions) {
    if (changes_.function_ids.contains(id))
      continue;
    const Symbol &user = b_.symbols[b_.functions[id].symbol];
    bool clone = user.is_local() && is_clone(user.name);
    add({id, b_.functions[id].symbol,
         units_.matching.to_original[b_.functions[id].symbol], clone, reason});
  }
  for (AtomId id : found->second.constants) {
    if (changes_.is_changed_constant[id])
      continue;
    SymbolId original = units_.matching.to_original[b_.atoms[id].symbol];
    if (original == no_id)
      continue;
    changes_.is_changed_constant[id] = true;
    worklist_.emplace_back(b_.atoms[id].symbol, "refers to changed constant ");
  }
}

void ChangeFinder::follow() {
  while (!worklist_.empty()) {
    auto [symbol, reason] = std::move(worklist_.back());
    worklist_.pop_back();
    taint(symbol, reason + quoted(b_.symbols[symbol].name));
  }
}

void ChangeFinder::settle_clone(size_t index, bool is_in_data) {
  const Users &users = users_[changes_.functions[index].symbol];
  auto is_outside = [&](uint32_t id) {
    return !changes_.function_ids.contains(id);
  };
  auto is_ignored = [&](uint32_t id) {
    return is_outside(id) && ignored_.contains(id);
  };
  const std::vector<uint32_t> &functions = users.functions;
  if (!is_in_data && users.constants.empty() &&
      std::none_of(functions.begin(), functions.end(), is_outside))
    return;
  if (std::none_of(functions.begin(), functions.end(), is_ignored)) {
    changes_.functions[index].is_clone = false;
    return;
  }
  worklist_.emplace_back(changes_.functions[index].symbol,
                         "calls changed clone ");
  follow();
}

// The list grows while it is walked: callers of clones may be clones.
void ChangeFinder::settle_clones() {
  std::unordered_set<uint32_t> in_data; // functions
  for (const Atom &atom : b_.atoms)
    if (atom.kind == AtomKind::Object && !atom.has_labels)
      for (const Ref &ref : atom.refs)
        if (!ref.is_definition)
          in_data.insert(b_.function_of(ref.symbol));
  for (size_t i = 0; i < changes_.functions.size(); i++)
    if (changes_.functions[i].is_clone)
      settle_clone(i, in_data.contains(changes_.functions[i].patched));
}

// In the order of the patched text.
void ChangeFinder::sort() {
  std::stable_sort(changes_.functions.begin(), changes_.functions.end(),
                   [](const ChangedFunction &x, const ChangedFunction &y) {
                     return x.patched < y.patched;
                   });
  changes_.index_functions(b_);
}

} // namespace

void Changes::index_functions(const Unit &patched) {
  function_ids.clear();
  for (size_t i = 0; i < functions.size(); i++)
    if (functions[i].symbol == patched.functions[functions[i].patched].symbol)
      function_ids.emplace(functions[i].patched, i);
}

Result<Changes> find_changes(const Comparison &units) {
  ChangeFinder finder(units);
  if (Error error = finder.compare_functions())
    return error;
  if (Error error = finder.compare_aliases())
    return error;
  finder.compare_constants();
  finder.find_new_objects();
  finder.find_users();
  finder.follow();
  finder.settle_clones();
  finder.sort();
  Changes changes = finder.take();
  changes.exported = find_exported_names(units);
  return changes;
}

} // namespace care::gensrc
