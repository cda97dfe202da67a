// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that threads stay in. A patch is applied when no thread is in a
// function that it replaces; who is in one of these does not leave it. That is
// no reason to refuse: perhaps no thread is in it yet.

#include <algorithm>

#include "gensrc/arch/arch.h"
#include "gensrc/checks.h"
#include "gensrc/names.h"
#include "gensrc/statement.h"
#include "gensrc/walk.h"

namespace care::gensrc {

namespace {

// Does the function hand over to another one at its end? `jmp *%rax` may be a
// switch, but then the function has a table of its labels.
bool is_tail_jump(const Unit &unit, const Function &function, Words words) {
  if (!words.head.starts_with("jmp") && !words.head.starts_with("notrack") &&
      !words.head.starts_with("bnd"))
    return false;
  while (x86_64_asm.is_prefix(words.head) && !words.operands.empty())
    words = split_words(words.operands);
  SymbolRange range = find_symbol(words.operands, 0);
  std::string_view name =
      words.operands.substr(range.begin, range.end - range.begin);
  if (!words.operands.starts_with('*'))
    return range.found() && !is_local_label(name);
  auto is_table = [&](const Ref &ref) {
    AtomId atom = unit.atom_of(ref.symbol);
    return atom != no_id && unit.atoms[atom].has_labels;
  };
  return std::none_of(function.parts.begin(), function.parts.end(),
                      [&](AtomId part) {
                        const std::vector<Ref> &refs = unit.atoms[part].refs;
                        return std::any_of(refs.begin(), refs.end(), is_table);
                      });
}

std::string advice(std::string_view function) {
  return "put the change into a function that it calls; if who is in it may go "
         "on in the old code, apply the patch with --allow-active=" +
         std::string(function);
}

// No instruction leads back to a caller: it ends the thread, or loops for ever.
bool never_returns(const Unit &unit, const Function &function) {
  return std::all_of(
      function.parts.begin(), function.parts.end(), [&](AtomId part) {
        return every_statement(
            unit, unit.atoms[part], [&](std::string_view statement) {
              Words words = split_words(statement);
              bool is_return = x86_64_asm.is_return(words.head) ||
                               (x86_64_asm.is_prefix(words.head) &&
                                x86_64_asm.is_return(words.operands));
              return !is_return && !is_tail_jump(unit, function, words);
            });
      });
}

} // namespace

void warn_about_staying(const Comparison &units, const ChangedFunction &change,
                        std::vector<Remark> &warnings) {
  const Unit &a = units.original;
  std::string_view name = a.symbols[change.original].name;
  uint32_t id = a.function_of(change.original);
  if (name == "main") {
    if (!units.allowed.permits("kpatch-main", name))
      warnings.push_back({"kpatch-main",
                          "function 'main' changed; it runs as long as the "
                          "program and can rarely be replaced",
                          "",
                          {advice(name)}});
  } else if (id != no_id && never_returns(a, a.functions[id]) &&
             !units.allowed.permits("kpatch-endless", name)) {
    warnings.push_back(
        {"kpatch-endless",
         "function " + quoted(name) +
             " never returns to its caller; while a thread is in it, the "
             "patch cannot be applied",
         "",
         {advice(name)}});
  }
}

} // namespace care::gensrc
