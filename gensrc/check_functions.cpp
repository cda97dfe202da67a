// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constructors have run. Code that the assembler is told to put elsewhere by
// hand cannot be moved.

#include <unordered_set>

#include "gensrc/checks.h"
#include "gensrc/names.h"
#include "gensrc/place.h"
#include "gensrc/reasons.h"

namespace care::gensrc {

namespace {

bool is_start_function(std::string_view name) {
  return name.starts_with("_GLOBAL__sub_I_") ||
         name.starts_with("_GLOBAL__I_") ||
         name.find("__static_initialization_and_destruction_0") != name.npos;
}

// What the start-up arrays hold, in order.
std::vector<SymbolId> start_list(const Unit &unit, SectionKind kind) {
  std::vector<SymbolId> symbols;
  for (const Atom &atom : unit.atoms)
    if (unit.kind_of(atom) == kind)
      for (const Ref &ref : atom.refs)
        symbols.push_back(ref.symbol);
  return symbols;
}

Error constructor_error(const Comparison &units, std::string_view function,
                        std::string_view what) {
  if (units.allowed.permits("kpatch-constructor", function))
    return {};
  return refused("kpatch-constructor",
                 "function " + quoted(function) + std::string(what))
      .note("what runs at the start has run; the change would not run")
      .note(allow_hint("kpatch-constructor", function));
}

// Those of `list` that are not in `other`, by `partner` the symbols of the
// other unit.
std::vector<SymbolId> missing_from(const std::vector<SymbolId> &list,
                                   const std::vector<SymbolId> &other,
                                   const std::vector<SymbolId> &partner) {
  std::unordered_set<SymbolId> others(other.begin(), other.end());
  std::vector<SymbolId> missing;
  for (SymbolId symbol : list)
    if (!others.contains(partner[symbol]))
      missing.push_back(symbol);
  return missing;
}

Error check_start_list(const Comparison &units, SectionKind kind) {
  const Unit &a = units.original;
  const Unit &b = units.patched;
  bool at_start = kind == SectionKind::Constructors;
  std::vector<SymbolId> before = start_list(a, kind);
  std::vector<SymbolId> now = start_list(b, kind);
  for (SymbolId symbol : missing_from(now, before, units.matching.to_original))
    if (Error error = constructor_error(units, b.symbols[symbol].name,
                                        at_start ? " is to run at the start"
                                                 : " is to run at the end"))
      return in_place(units, b, b.atom_of(symbol), std::move(error));
  for (SymbolId symbol : missing_from(before, now, units.matching.to_patched))
    if (Error error =
            constructor_error(units, a.symbols[symbol].name,
                              at_start ? " is not to run at the start any more"
                                       : " is not to run at the end any more"))
      return in_place(units, a, a.atom_of(symbol), std::move(error));
  return {};
}

Error check_start_lists(const Comparison &units) {
  if (Error error = check_start_list(units, SectionKind::Constructors))
    return error;
  return check_start_list(units, SectionKind::Destructors);
}

Error check_function(const Comparison &units, const ChangedFunction &change) {
  const Unit &b = units.patched;
  const Function &function = b.functions[change.patched];
  const Symbol &symbol = b.symbols[function.symbol];
  std::string name = "function " + quoted(symbol.name);
  for (AtomId part : function.parts) {
    const Atom &atom = b.atoms[part];
    if (atom.asm_switches)
      return refused("kpatch-inline-asm",
                     name + ": inline assembly in it switches sections")
          .note("what it puts there cannot be moved into the patch");
    if (atom.asm_defines)
      return refused("kpatch-inline-asm",
                     name + ": inline assembly in it defines a macro, or a "
                            "symbol with .set")
          .note("a copy of it in the patch would define it again; write the "
                "definition outside of functions");
    for (const Ref &ref : atom.refs)
      if (ref.is_definition && b.symbols[ref.symbol].is_asm_label &&
          !b.symbols[ref.symbol].is_local())
        return refused("kpatch-inline-asm",
                       name +
                           ": inline assembly in it defines the global "
                           "symbol " +
                           quoted(b.symbols[ref.symbol].name))
            .note("leave that function as it is, and put the change into a "
                  "function that calls it");
  }
  return {};
}

} // namespace

void leave_out_start_code(const Comparison &units, const Facts &original,
                          const Facts &patched, Changes &changes) {
  const Unit &b = units.patched;
  size_t count = changes.functions.size();
  auto is_left_out = [&](const ChangedFunction &change) {
    SymbolId symbol = b.functions[change.patched].symbol;
    return change.original != no_id &&
           is_start_function(b.symbols[symbol].name) &&
           is_inlined_otherwise(units, original, patched, changes, change);
  };
  std::vector<ChangedFunction> kept;
  for (const ChangedFunction &change : changes.functions)
    if (!is_left_out(change))
      kept.push_back(change);
  if (kept.size() == count)
    return;
  changes.functions = std::move(kept);
  changes.index_functions(b);
}

Error check_functions(const Comparison &units, const Changes &changes,
                      std::vector<Remark> &warnings) {
  const Unit &b = units.patched;
  if (Error error = check_start_lists(units))
    return error;
  for (const Symbol &symbol : b.symbols) {
    if (symbol.type != SymbolType::Ifunc || !symbol.is_defined())
      continue;
    SymbolId original = units.original.find(symbol.name);
    if (original == no_id ||
        units.original.symbols[original].type != SymbolType::Ifunc)
      return in_place(
          units, b, b.atom_of(b.find(symbol.name)),
          refused("kpatch-ifunc-new", "function " + quoted(symbol.name) +
                                          " is a new indirect function")
              .note("choose the implementation in an ordinary "
                    "function"));
  }
  std::vector<SymbolId> constructors = start_list(b, SectionKind::Constructors);
  std::unordered_set<SymbolId> at_start(constructors.begin(),
                                        constructors.end());
  for (const ChangedFunction &change : changes.functions) {
    const Function &function = b.functions[change.patched];
    std::string_view name = b.symbols[function.symbol].name;
    bool runs_at_start =
        is_start_function(name) || at_start.contains(function.symbol);
    Error error;
    if (runs_at_start && change.original != no_id)
      error = constructor_error(units, name, " runs at the start and changed");
    else
      error = check_function(units, change);
    if (error)
      return in_place(units, b, function.parts[0], std::move(error));
    if (change.original != no_id && !change.is_clone)
      warn_about_staying(units, change, warnings);
  }
  return {};
}

} // namespace care::gensrc
