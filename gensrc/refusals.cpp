// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What cannot be patched: docs/refusals.md has every code of this file.
//
// Variables live in the running program already; their initial values were
// used long ago. Constructors have run. Code that the assembler is told to put
// elsewhere by hand cannot be moved.

#include <algorithm>
#include <charconv>
#include <map>

#include "gensrc/changes.h"
#include "gensrc/compare.h"
#include "gensrc/names.h"

namespace care::gensrc {

std::string location_of(const Unit &unit, const Function &function) {
  for (AtomId part : function.parts) {
    const Atom &atom = unit.atoms[part];
    auto file = unit.files.find(atom.loc_file);
    if (atom.loc_line == 0 || file == unit.files.end())
      continue;
    // The operands of .file: "name", or "folder" "name", and an md5.
    std::string_view text = file->second.substr(0, file->second.find(" md5"));
    size_t end = text.rfind('"');
    size_t begin =
        end == text.npos || end == 0 ? text.npos : text.rfind('"', end - 1);
    if (begin != text.npos)
      return std::string(text.substr(begin + 1, end - begin - 1)) + ":" +
             std::to_string(atom.loc_line);
  }
  return {};
}

Error in_place(const Comparison &units, const Unit &unit, AtomId atom,
               Error error) {
  if (atom == no_id)
    return error;
  if (uint32_t function = unit.function_ids[atom]; function != no_id)
    if (std::string where = location_of(unit, unit.functions[function]);
        !where.empty())
      return std::move(error).in(where);
  if (!units.options.name_lines)
    return error;
  auto end =
      unit.text.begin() + static_cast<std::ptrdiff_t>(unit.atoms[atom].place);
  auto line = std::count(unit.text.begin(), end, '\n') + 1;
  error = std::move(error).in("line " + std::to_string(line));
  return &unit == &units.original ? std::move(error).in("original")
                                  : std::move(error);
}

// --- the unit

Error check_same_unit(const Comparison &units) {
  const Unit &a = units.original;
  const Unit &b = units.patched;
  if (a.toplevel_asm != b.toplevel_asm)
    return refused("kpatch-toplevel-asm",
                   "assembly outside of functions differs")
        .note("only the code of functions can be replaced");
  if (a.functions.empty())
    return {};
  auto common = static_cast<size_t>(std::count_if(
      b.functions.begin(), b.functions.end(), [&](const Function &function) {
        return units.matching.to_original[function.symbol] != no_id;
      }));
  bool is_doubtful =
      a.file_name != b.file_name && common * 2 < a.functions.size();
  if (common != 0 && !is_doubtful)
    return {};
  std::string how_many = "no function";
  if (common != 0)
    how_many = std::to_string(common) + " of " +
               std::to_string(a.functions.size()) + " functions";
  return refused("kpatch-different-unit",
                 "the two texts have " + how_many + " in common (original " +
                     quoted(a.file_name) + ", patched " + quoted(b.file_name) +
                     ")")
      .note(
          "give the assembly of one source file, before and after the change");
}

// --- variables

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
  Error check_new(const Atom &atom, const Symbol &symbol) const;
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

Error VariableCheck::check_new(const Atom &atom, const Symbol &symbol) const {
  bool is_ignored =
      is_listed(units_.options.ignore_changes, symbol.name, b_.file_name);
  if (is_collected(b_, atom) && !is_ignored)
    if (Error error = section_error(b_, atom, " is new in"))
      return error;
  if (storage_of(b_, atom) != Storage::Tls)
    return {};
  return refused("kpatch-tls-new",
                 "variable " + quoted(symbol.name) + " is new and thread-local")
      .note("threads that run already have no place for it; use a table "
            "indexed by thread, or a key of pthread_key_create");
}

std::string size_text(const Atom &atom, const Symbol &symbol) {
  return atom.is_comm ? std::to_string(atom.comm_size)
                      : std::string(symbol.size);
}

// What has become smaller has room where it is.
Error VariableCheck::check_size(std::string_view name, std::string_view before,
                                std::string_view now) const {
  uint64_t old_size = 0, new_size = 0;
  std::from_chars(before.data(), before.data() + before.size(), old_size);
  std::from_chars(now.data(), now.data() + now.size(), new_size);
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
  if (!comparer_.same_data(before, after) &&
      !units_.allowed.permits("kpatch-data-init", symbol.name)) {
    std::string what = new_storage == Storage::Constant
                           ? ": the value of a constant that other code can "
                             "see changed"
                           : ": the initial value changed";
    return refused("kpatch-data-init", name + what)
        .note("it was initialised when the program started; let a function set "
              "the value")
        .note(allow_hint("kpatch-data-init", symbol.name));
  }
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
  return check_gone();
}

// Data without a name, which inline assembly puts into a section of its choice:
// its function may be the same. What is gone stays, and does no harm.
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

// --- functions

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
  std::vector<SymbolId> missing;
  for (SymbolId symbol : list)
    if (std::find(other.begin(), other.end(), partner[symbol]) == other.end())
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

// A static one that is gone is used by functions of the patch only, or by those
// that are to keep their code, which then is what is wanted.
static void list_gone_variables(const Comparison &units, Changes &changes) {
  const Unit &a = units.original;
  for (const Atom &atom : a.atoms) {
    if (!is_named_object(atom) || a.symbol_of(atom).is_local() ||
        units.matching.to_patched[atom.symbol] != no_id ||
        is_listed(units.options.ignore_changes, a.symbol_of(atom).name,
                  a.file_name))
      continue;
    changes.gone_variables.push_back(atom.symbol);
  }
}

Error check_variables(const Comparison &units, Changes &changes) {
  list_gone_variables(units, changes);
  return VariableCheck(units, changes).run();
}

Error check_functions(const Comparison &units, const Changes &changes,
                      std::vector<Warning> &warnings) {
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
  std::vector<SymbolId> at_start = start_list(b, SectionKind::Constructors);
  for (const ChangedFunction &change : changes.functions) {
    const Function &function = b.functions[change.patched];
    std::string_view name = b.symbols[function.symbol].name;
    bool runs_at_start =
        is_start_function(name) || std::find(at_start.begin(), at_start.end(),
                                             function.symbol) != at_start.end();
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
  return check_unnamed_data(units);
}

} // namespace care::gensrc
