// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables live in the running program already; their initial values were
// used long ago.

#include <map>

#include "gensrc/checks.h"
#include "common/parse_number.h"
#include "gensrc/compare.h"
#include "gensrc/names.h"
#include "gensrc/place.h"

namespace care::gensrc {

namespace {

enum class Storage { Constant, Writable, Tls, Code };

Storage storage_of(const Unit &unit, const Atom &atom) {
  switch (unit.kind_of(atom)) {
  case SectionKind::Tls:
    return Storage::Tls;
  case SectionKind::ReadOnly:
  case SectionKind::RelRo:
    return Storage::Constant;
  case SectionKind::Text:
    return Storage::Code;
  default:
    return Storage::Writable;
  }
}

class VariableCheck {
public:
  VariableCheck(const Comparison &units, const Changes &changes)
      : units_(units), changes_(changes), a_(units.original), b_(units.patched),
        comparer_(units.original, units.patched, units.matching) {}

  Error run();

private:
  Error section_error(const Unit &unit, const Atom &atom,
                      std::string_view what) const;
  Error check_gone() const;
  Error check_moved() const;
  Error check_new(const Atom &atom, const Symbol &symbol) const;
  static Error value_error(std::string_view name, bool is_constant);
  Error check_guard(const Symbol &guard) const;
  Error check_known(AtomId before, AtomId after);
  Error check_size(std::string_view name, std::string_view before,
                   std::string_view now) const;
  Error check_users(AtomId id, const Symbol &symbol) const;

  const Comparison &units_;
  const Changes &changes_;
  const Unit &a_;
  const Unit &b_;
  Comparer comparer_;
};

// What walks such a section from its start to its stop does not see the patch.
Error VariableCheck::section_error(const Unit &unit, const Atom &atom,
                                   std::string_view what) const {
  std::string_view name = unit.symbol_of(atom).name;
  if (units_.allowed.permits("kpatch-data-section", name))
    return {};
  return refused("kpatch-data-section",
                 "variable " + quoted(unit.symbol_of(atom).name) +
                     std::string(what) + " section " +
                     quoted(unit.sections[atom.section].name))
      .note("the running program finds what is in that section by its place; "
            "a patch cannot change what it holds")
      .note(allow_hint("kpatch-data-section", name));
}

bool is_collected(const Unit &unit, const Atom &atom) {
  switch (unit.kind_of(atom)) {
  case SectionKind::ReadOnly:
  case SectionKind::RelRo:
  case SectionKind::Writable:
  case SectionKind::Zero:
    return !is_usual_data_section(unit.sections[atom.section].name);
  default:
    return false;
  }
}

bool is_named_object(const Atom &atom) {
  return atom.kind == AtomKind::Object && atom.symbol != no_id &&
         !atom.has_labels && !atom.is_toplevel_asm;
}

Error VariableCheck::check_gone() const {
  for (const Atom &atom : a_.atoms) {
    if (!is_named_object(atom) || !is_collected(a_, atom) ||
        units_.matching.to_patched[atom.symbol] != no_id ||
        is_listed(units_.options.ignore_changes, a_.symbol_of(atom).name,
                  a_.file_name))
      continue;
    if (Error error = section_error(a_, atom, " is no longer in"))
      return in_place(units_, a_, a_.symbols[atom.symbol].atom,
                      std::move(error));
  }
  return {};
}

// Into another unit, or from there: nothing says which variable of the running
// program the other unit's is.
Error VariableCheck::check_moved() const {
  auto find_in = [](const Unit &here, const Unit &there) {
    for (const Atom &atom : here.atoms) {
      if (!is_named_object(atom) || here.is_local_constant(atom) ||
          !here.symbol_of(atom).is_local())
        continue;
      SymbolId other = there.find(here.symbol_of(atom).name);
      if (other != no_id && !there.symbols[other].is_defined() &&
          there.symbols[other].is_referenced)
        return atom.symbol;
    }
    return no_id;
  };
  auto error = [](std::string_view name, std::string_view what) {
    return refused("kpatch-data-storage",
                   "variable " + quoted(name) + std::string(what))
        .note("it exists in the running program; leave it where it is");
  };
  if (SymbolId id = find_in(a_, b_); id != no_id)
    return in_place(
        units_, a_, a_.symbols[id].atom,
        error(a_.symbols[id].name, " was static, and is another unit's now"));
  if (SymbolId id = find_in(b_, a_); id != no_id)
    return in_place(
        units_, b_, b_.symbols[id].atom,
        error(b_.symbols[id].name, " was another unit's, and is static now"));
  return {};
}

Error VariableCheck::check_new(const Atom &atom, const Symbol &symbol) const {
  bool is_ignored =
      is_listed(units_.options.ignore_changes, symbol.name, b_.file_name);
  if (is_collected(b_, atom) && !is_ignored)
    if (Error error = section_error(b_, atom, " is new in"))
      return error;
  if (Error error = check_guard(symbol))
    return error;
  if (storage_of(b_, atom) != Storage::Tls)
    return {};
  return refused("kpatch-tls-new",
                 "variable " + quoted(symbol.name) + " is new and thread-local")
      .note("threads that run already have no place for it; use a table "
            "indexed by thread, or a key of pthread_key_create");
}

Error VariableCheck::value_error(std::string_view name, bool is_constant) {
  std::string what = ": the initial value changed";
  std::string note = "it was initialised when the program started; let a "
                     "function set the value";
  if (is_class_table(name)) {
    what = ": the virtual functions or the type of a class changed";
    note = "objects of the running program refer to it; keep the class, and "
           "put what is new into functions that it has";
  } else if (is_constant) {
    what = ": the value of a constant that other code can see changed";
  }
  return refused("kpatch-data-init", "variable " + quoted(name) + what)
      .note(note)
      .note(allow_hint("kpatch-data-init", name));
}

// A guard says whether a variable has its initial value. With a new one, a
// variable that has a value would be initialised a second time.
Error VariableCheck::check_guard(const Symbol &guard) const {
  if (!guard.name.starts_with("_ZGV"))
    return {};
  std::string name = "_Z" + std::string(guard.name.substr(4));
  SymbolId variable = b_.find(name);
  if (variable == no_id || units_.matching.to_original[variable] == no_id)
    return {};
  return refused("kpatch-data-init",
                 "variable " + quoted(name) +
                     ": the initial value changed; it is computed now")
      .note("it exists in the running program; let a function set the value, "
            "or use a new variable");
}

std::string size_text(const Atom &atom, const Symbol &symbol) {
  return atom.is_comm ? std::to_string(atom.comm_size)
                      : std::string(symbol.size);
}

// What has become smaller has room where it is.
Error VariableCheck::check_size(std::string_view name, std::string_view before,
                                std::string_view now) const {
  uint64_t old_size = leading_number<uint64_t>(before).value_or(0);
  uint64_t new_size = leading_number<uint64_t>(now).value_or(0);
  bool has_room = new_size != 0 && new_size < old_size;
  if (has_room && units_.allowed.permits("kpatch-data-size", name))
    return {};
  Error error =
      refused("kpatch-data-size",
              "variable " + quoted(name) + ": the size changed (" +
                  std::string(before) + " bytes, now " + std::string(now) + ")")
          .note("it exists in the running program; add a variable "
                "instead");
  return has_room ? std::move(error).note(allow_hint("kpatch-data-size", name))
                  : std::move(error);
}

Error VariableCheck::check_known(AtomId before, AtomId after) {
  const Atom &from = a_.atoms[before];
  const Atom &to = b_.atoms[after];
  const Symbol &symbol = b_.symbol_of(to);
  std::string name = "variable " + quoted(symbol.name);
  std::string old_size = size_text(from, a_.symbol_of(from));
  std::string new_size = size_text(to, symbol);
  bool is_changed_constant = changes_.is_changed_constant[after];
  if (old_size != new_size && !is_changed_constant) {
    if (Error error = check_size(symbol.name, old_size, new_size))
      return error;
    return check_users(after, symbol); // it keeps its value as well
  }
  Storage old_storage = storage_of(a_, from), new_storage = storage_of(b_, to);
  bool may_differ = old_storage == Storage::Writable &&
                    new_storage == Storage::Constant && symbol.is_local();
  if (old_storage != new_storage && !may_differ)
    return refused("kpatch-data-storage",
                   name + " moved to another kind of memory (" +
                       std::string(a_.sections[from.section].name) + ", now " +
                       std::string(b_.sections[to.section].name) + ")")
        .note("it exists in the running program; add a variable instead");
  bool is_moved =
      a_.sections[from.section].name != b_.sections[to.section].name;
  if ((is_collected(b_, to) && (is_moved || is_changed_constant)))
    if (Error error =
            section_error(b_, to, is_moved ? " moved into" : " changed in"))
      return error;
  if (is_moved && is_collected(a_, from))
    if (Error error = section_error(a_, from, " is no longer in"))
      return error;
  if (is_changed_constant)
    return {};
  if (to.align > from.align)
    return refused("kpatch-data-storage",
                   name + " is aligned to " + std::to_string(to.align) +
                       " bytes now, was to " + std::to_string(from.align))
        .note("it exists in the running program, and new code may rely on its "
              "alignment; add a variable instead");
  bool is_zero = a_.kind_of(from) == SectionKind::Zero &&
                 b_.kind_of(to) == SectionKind::Zero; // .comm, or .zero in .bss
  if (!is_zero && !comparer_.same_data(before, after) &&
      !units_.allowed.permits("kpatch-data-init", symbol.name))
    return value_error(symbol.name, new_storage == Storage::Constant);
  return check_users(after, symbol);
}

// Data that is not copied must not refer to what the patch has a copy of.
Error VariableCheck::check_users(AtomId id, const Symbol &symbol) const {
  for (const Ref &ref : b_.atoms[id].refs) {
    AtomId target = b_.atom_of(ref.symbol);
    if (target == no_id)
      continue;
    std::string name = quoted(b_.symbols[ref.symbol].name);
    std::string_view constant = b_.symbols[ref.symbol].name;
    if (changes_.is_changed_constant[target] &&
        !units_.allowed.permits("kpatch-const-visible", constant))
      return refused("kpatch-const-visible",
                     "constant " + name + " changed, and variable " +
                         quoted(symbol.name) + " refers to it")
          .note("the running program goes on using the old one there")
          .note(allow_hint("kpatch-const-visible", constant));
    uint32_t function = b_.function_ids[target];
    auto found = changes_.function_ids.find(function);
    if (function != no_id && found != changes_.function_ids.end() &&
        changes_.functions[found->second].is_clone)
      return refused("kpatch-clone-visible",
                     "clone " + name + " changed, and variable " +
                         quoted(symbol.name) + " refers to it")
          .note("compile the original function with "
                "__attribute__((noclone))");
  }
  return {};
}

Error VariableCheck::run() {
  for (AtomId id = 0; id < b_.atoms.size(); id++) {
    const Atom &atom = b_.atoms[id];
    if (!is_named_object(atom))
      continue;
    const Symbol &symbol = b_.symbol_of(atom);
    SymbolId original = units_.matching.to_original[atom.symbol];
    bool is_new = original == no_id || !a_.symbols[original].is_defined();
    if (is_new) {
      if (Error error = check_new(atom, symbol))
        return in_place(units_, b_, id, std::move(error));
      continue;
    }
    if (is_listed(units_.options.ignore_changes, symbol.name, b_.file_name))
      continue;
    AtomId before = a_.atom_of(original);
    if (before == no_id || a_.atoms[before].kind != AtomKind::Object) {
      if (a_.atoms.size() > before && a_.atoms[before].is_toplevel_asm)
        continue;
      return in_place(
          units_, b_, id,
          refused("kpatch-symbol-kind",
                  quoted(symbol.name) +
                      " is a variable now and was none in the original")
              .note("give it a new name"));
    }
    if (Error error = check_known(before, id))
      return in_place(units_, b_, id, std::move(error));
  }
  if (Error error = check_gone())
    return error;
  return check_moved();
}

} // namespace

// A static one that is gone is used by functions of the patch only, or by those
// that are to keep their code, which then is what is wanted. Of an inline one
// each unit that uses it has a copy.
static void list_gone_variables(const Comparison &units, Changes &changes) {
  const Unit &a = units.original;
  for (const Atom &atom : a.atoms) {
    if (!is_named_object(atom))
      continue;
    const Symbol &symbol = a.symbol_of(atom);
    if (symbol.is_local() || a.sections[atom.section].is_comdat ||
        units.matching.to_patched[atom.symbol] != no_id ||
        is_listed(units.options.ignore_changes, symbol.name, a.file_name))
      continue;
    changes.gone_variables.push_back(atom.symbol);
  }
}

Error check_variables(const Comparison &units, Changes &changes) {
  list_gone_variables(units, changes);
  return VariableCheck(units, changes).run();
}

// What is gone stays, and does no harm.
Error check_unnamed_data(const Comparison &units) {
  auto is_unnamed = [](const Unit &unit, const Atom &atom) {
    return atom.kind == AtomKind::Loose && !atom.is_toplevel_asm &&
           is_collected(unit, atom);
  };
  std::map<std::pair<std::string_view, uint64_t>, size_t> before;
  const Unit &a = units.original;
  for (const Atom &atom : a.atoms)
    if (is_unnamed(a, atom))
      before[{a.sections[atom.section].name, atom.shape}]++;
  const Unit &b = units.patched;
  for (AtomId id = 0; id < b.atoms.size(); id++) {
    const Atom &atom = b.atoms[id];
    if (!is_unnamed(b, atom))
      continue;
    std::string_view section = b.sections[atom.section].name;
    if (size_t &left = before[{section, atom.shape}]; left != 0)
      left--;
    else if (!units.allowed.permits("kpatch-data-section", section))
      return in_place(units, b, id,
                      refused("kpatch-data-section",
                              "what inline assembly puts into section " +
                                  quoted(section) + " changed")
                          .note("the running program finds what is in that "
                                "section by its place; a patch cannot change "
                                "what it holds")
                          .note(allow_hint("kpatch-data-section", section)));
  }
  return {};
}

} // namespace care::gensrc
