// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of which the parameters or the return type changed. A caller that
// still passes what the old one took would get wrong results without a word.
//
// A caller in this unit was compiled against the new declaration: if its code
// is the same as before, it fits both. An address in data, or one that code
// takes, may have been kept anywhere by the running program, and is refused.
// Callers in other units are for the linking step to find; it gets the list of
// those that are known here to fit.

#include <algorithm>

#include "gensrc/arch/arch.h"
#include "gensrc/checks.h"
#include "gensrc/compare.h"
#include "gensrc/function_facts.h"
#include "gensrc/names.h"
#include "gensrc/place.h"
#include "gensrc/statement.h"
#include "gensrc/walk.h"

namespace care::gensrc {

namespace {

// A result where there was none does no harm to who does not look at it.
bool is_compatible(const FunctionFact &before, const FunctionFact &after) {
  if (before.signature == after.signature)
    return true;
  return !before.parameters.empty() && before.parameters == after.parameters &&
         before.result == "void";
}

enum class Use { None, Call, Address };

class SignatureCheck {
public:
  SignatureCheck(const Comparison &units, Changes &changes)
      : units_(units), changes_(changes), a_(units.original), b_(units.patched),
        comparer_(units.original, units.patched, units.matching) {}

  Error check(const ChangedFunction &change, const FunctionFact &before,
              const FunctionFact &after);

private:
  bool is_entry(std::string_view name) const;
  Use use_in(std::string_view statement) const;
  Use use_in(const Atom &atom) const;
  bool is_used_by(const Atom &atom) const;
  Error check_user(const Atom &atom);
  Error check_caller(const Function &caller);
  Error refuse(std::string_view why) const;

  const Comparison &units_;
  Changes &changes_;
  const Unit &a_;
  const Unit &b_;
  Comparer comparer_;
  const ChangedFunction *change_ = nullptr;
  AtomId entry_ = no_id; // of the function, in the original
  SignatureChange found_;
};

bool SignatureCheck::is_entry(std::string_view name) const {
  SymbolId id = a_.find(name);
  return id != no_id && !is_local_label(name) && a_.atom_of(id) == entry_;
}

Use SignatureCheck::use_in(std::string_view statement) const {
  Words words = split_words(statement);
  bool is_used = false;
  for (size_t from = 0;;) {
    SymbolRange range = find_symbol(words.operands, from);
    if (!range.found())
      break;
    is_used |= is_entry(
        unquote(words.operands.substr(range.begin, range.end - range.begin)));
    from = range.end;
  }
  if (!is_used)
    return Use::None;
  // call *NAME@GOTPCREL(%rip) is a call as well.
  std::string_view target = words.operands;
  if (target.starts_with('*') && target.find("@GOT") != target.npos)
    target.remove_prefix(1);
  return x86_64_asm.is_branch(words.head, target) ? Use::Call : Use::Address;
}

Use SignatureCheck::use_in(const Atom &atom) const {
  Use use = Use::None;
  every_statement(a_, atom, [&](std::string_view statement) {
    if (!statement.starts_with('.'))
      use = std::max(use, use_in(statement));
    return true;
  });
  return use;
}

bool SignatureCheck::is_used_by(const Atom &atom) const {
  return std::any_of(atom.refs.begin(), atom.refs.end(), [&](const Ref &ref) {
    return !ref.is_definition && is_entry(a_.symbols[ref.symbol].name);
  });
}

Error SignatureCheck::refuse(std::string_view why) const {
  std::string_view name = b_.symbols[change_->symbol].name;
  if (units_.allowed.permits("kpatch-signature", name))
    return {};
  const Function &function = b_.functions[change_->patched];
  std::string where = location_of(b_, function);
  Error error = refused("kpatch-signature",
                        "function " + quoted(name) +
                            ": the parameters or the return type changed" +
                            (found_.words.empty() ? "" : " (") + found_.words +
                            (found_.words.empty() ? "" : ")") + ", and " +
                            std::string(why))
                    .note("keep this function as it is, and add one with "
                          "another name")
                    .note(allow_hint("kpatch-signature", name));
  return where.empty() ? std::move(error) : std::move(error).in(where);
}

// One whose code is another now, but that was told to keep the old one.
Error SignatureCheck::check_caller(const Function &caller) {
  SymbolId partner = units_.matching.to_patched[caller.symbol];
  uint32_t now = partner == no_id ? no_id : b_.function_of(partner);
  const Symbol &symbol = a_.symbols[caller.symbol];
  bool is_gone = now == no_id && symbol.is_local();
  if (is_gone ||
      (now != no_id && (changes_.function_ids.contains(now) ||
                        comparer_.same_function(caller, b_.functions[now]))))
    return {};
  return refuse(quoted(symbol.name) +
                ", which keeps its original code, calls it");
}

Error SignatureCheck::check_user(const Atom &atom) {
  SectionKind kind = a_.kind_of(atom);
  bool has_name =
      atom.symbol != no_id && !is_local_label(a_.symbol_of(atom).name);
  if (kind == SectionKind::Ignored || kind == SectionKind::Constructors ||
      kind == SectionKind::Destructors || kind == SectionKind::ExceptTable)
    return {};
  if (kind != SectionKind::Text)
    return refuse(has_name ? "variable " + quoted(a_.symbol_of(atom).name) +
                                 " of the running program holds its address"
                           : "a table of the running program holds its "
                             "address");
  Use use = use_in(atom);
  if (use == Use::None)
    return {};
  uint32_t user = a_.function_ids[static_cast<size_t>(&atom - a_.atoms.data())];
  if (user == no_id)
    return refuse("assembly outside of functions refers to it");
  const Function &function = a_.functions[user];
  if (use == Use::Address)
    return refuse("function " + quoted(a_.symbols[function.symbol].name) +
                  " takes its address, which the running program may have "
                  "kept");
  found_.callers.push_back(atom.symbol);
  return check_caller(function);
}

Error SignatureCheck::check(const ChangedFunction &change,
                            const FunctionFact &before,
                            const FunctionFact &after) {
  change_ = &change;
  entry_ = a_.atom_of(change.original);
  found_ = {change.original, {}, {}};
  if (!before.words.empty() && before.words != after.words)
    found_.words = quoted(before.words) + ", now " + quoted(after.words);
  for (const Atom &atom : a_.atoms)
    if (is_used_by(atom))
      if (Error error = check_user(atom))
        return error;
  changes_.signatures.push_back(std::move(found_));
  return {};
}

// What was inlined, or became another clone.
void list_unreached(const Comparison &units, Changes &changes) {
  const Unit &a = units.original;
  auto add_parts = [&](const Function &function) {
    for (AtomId part : function.parts)
      changes.unreached.push_back(a.atoms[part].symbol);
  };
  for (const Function &function : a.functions)
    if (a.symbols[function.symbol].is_local() &&
        units.matching.to_patched[function.symbol] == no_id)
      add_parts(function);
  for (const ChangedFunction &change : changes.functions)
    if (change.is_clone && change.original != no_id)
      add_parts(a.functions[a.function_of(change.original)]);
}

} // namespace

Error check_signatures(const Comparison &units, const Facts &original,
                       const Facts &patched, Changes &changes) {
  if (changes.functions.empty())
    return {};
  list_unreached(units, changes);
  FunctionFacts before(original), after(patched);
  SignatureCheck check(units, changes);
  for (const ChangedFunction &change : changes.functions) {
    std::string_view name = units.patched.symbols[change.symbol].name;
    // The parameters of clones are the compiler's own; main has one caller.
    if (change.original == no_id || change.is_clone || is_clone(name) ||
        name == "main")
      continue;
    const FunctionFact *old_fact =
        before.find(units.original.symbols[change.original].name);
    const FunctionFact *new_fact = after.find(name);
    if (!old_fact || !new_fact || is_compatible(*old_fact, *new_fact))
      continue;
    if (Error error = check.check(change, *old_fact, *new_fact))
      return error;
  }
  return {};
}

} // namespace care::gensrc
