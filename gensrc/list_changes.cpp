// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each part of a function has its code beside that of the original's part.

#include "gensrc/list_changes.h"

#include "gensrc/function_facts.h"
#include "gensrc/listing.h"
#include "gensrc/place.h"

namespace care::gensrc {

namespace {

class ChangeLister {
public:
  ChangeLister(const Comparison &units, const Facts &facts)
      : units_(units), facts_(facts) {}

  void list(const Changes &changes, UnitChanges &list) const;

private:
  std::string find_location(const ChangedFunction &change) const;
  void list_part(const ChangedFunction &change, size_t part, CodeChange entry,
                 UnitChanges &list) const;
  void list_removed(UnitChanges &list) const;

  const Comparison &units_;
  FunctionFacts facts_; // of the patched unit
};

} // namespace

// Where it is declared, if the compiler said so; else its first line of code.
std::string ChangeLister::find_location(const ChangedFunction &change) const {
  const Unit &b = units_.patched;
  if (const FunctionFact *fact = facts_.find(b.symbols[change.symbol].name))
    return fact->location;
  return location_of(b, b.functions[change.patched]);
}

void ChangeLister::list_part(const ChangedFunction &change, size_t part,
                             CodeChange entry, UnitChanges &list) const {
  const Unit &a = units_.original;
  const Unit &b = units_.patched;
  AtomId now = b.functions[change.patched].parts[part];
  uint32_t partner =
      change.original == no_id ? no_id : a.function_of(change.original);
  if (partner != no_id && part < a.functions[partner].parts.size())
    entry.before =
        list_code(a, a.functions[partner].parts[part], nullptr, nullptr);
  entry.after = list_code(b, now, &a, &units_.matching.to_original);
  list.functions.push_back(std::move(entry));
}

void ChangeLister::list(const Changes &changes, UnitChanges &list) const {
  const Unit &b = units_.patched;
  for (const ChangedFunction &change : changes.functions) {
    const Function &function = b.functions[change.patched];
    bool is_new = change.original == no_id || change.is_clone;
    CodeChange entry{
        std::string(is_new ? change_kind::added : change_kind::replaced),
        units_.name_in_binary(b.symbols[change.symbol].name), change.reason,
        find_location(change)};
    list_part(change, 0, entry, list);
    entry.kind = change_kind::part;
    for (size_t part = 1; part < function.parts.size(); part++) {
      entry.symbol = units_.name_in_binary(
          b.symbol_of(b.atoms[function.parts[part]]).name);
      list_part(change, part, entry, list);
    }
  }
  for (AtomId id : changes.new_objects)
    list.new_variables.emplace_back(b.symbol_of(b.atoms[id]).name);
  list_removed(list);
}

// Those of the original that the patched unit does not have.
void ChangeLister::list_removed(UnitChanges &list) const {
  const Unit &a = units_.original;
  const Unit &b = units_.patched;
  for (const Atom &atom : a.atoms) {
    if (atom.kind != AtomKind::Object || atom.symbol == no_id ||
        atom.has_labels || atom.is_toplevel_asm || a.is_local_constant(atom))
      continue;
    SymbolId now = units_.matching.to_patched[atom.symbol];
    if (now == no_id || !b.symbols[now].is_defined())
      list.removed_variables.emplace_back(a.symbol_of(atom).name);
  }
}

void list_changes(const Comparison &units, const Facts &facts,
                  const Changes &changes, UnitChanges &list) {
  ChangeLister(units, facts).list(changes, list);
}

} // namespace care::gensrc
