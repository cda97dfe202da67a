// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A changed constant becomes a copy that the functions of the patch use. What
// the running program has stored is the address of the old one: an object with
// a pointer to its table of operations goes on with those of the old table.

#include <unordered_map>

#include "gensrc/checks.h"
#include "gensrc/names.h"
#include "gensrc/place.h"

namespace care::gensrc {

static Error stored_error(const Comparison &units, std::string_view name,
                          const VariableFact &fact) {
  if (units.allowed.permits("kpatch-const-visible", name))
    return {};
  return refused("kpatch-const-visible",
                 "constant " + quoted(name) + " changed, and function " +
                     quoted(fact.stored_by) + " stores its address")
      .note("what the running program has stored leads to the old one; let "
            "the functions that it refers to do what is new")
      .note(allow_hint("kpatch-const-visible", name));
}

static Remark passed_warning(std::string_view name, const VariableFact &fact) {
  return {"kpatch-const-visible",
          "constant " + quoted(name) + " changed, and function " +
              quoted(fact.passed_by) + " passes its address to " +
              quoted(fact.passed_to),
          "",
          {"if it is stored there, the running program goes on using the old "
           "one",
           allow_hint("kpatch-const-visible", name)}};
}

Error check_kept_addresses(const Comparison &units, const Facts &original,
                           const Changes &changes,
                           std::vector<Remark> &warnings) {
  std::unordered_map<std::string_view, const VariableFact *> kept;
  for (const VariableFact &fact : original.variables)
    if (!fact.stored_by.empty() || !fact.passed_by.empty())
      kept.emplace(fact.symbol, &fact);
  const Unit &b = units.patched;
  for (AtomId id = 0; id < b.atoms.size() && !kept.empty(); id++) {
    if (!changes.is_changed_constant[id])
      continue;
    SymbolId before = units.matching.to_original[b.atoms[id].symbol];
    auto found = before == no_id
                     ? kept.end()
                     : kept.find(units.original.symbols[before].name);
    if (found == kept.end())
      continue;
    std::string_view name = b.symbol_of(b.atoms[id]).name;
    const VariableFact &fact = *found->second;
    if (fact.stored_by.empty()) {
      if (!units.allowed.permits("kpatch-const-visible", name))
        warnings.push_back(passed_warning(name, fact));
    } else if (Error error = stored_error(units, name, fact)) {
      return in_place(units, b, id, std::move(error));
    }
  }
  return {};
}

} // namespace care::gensrc
