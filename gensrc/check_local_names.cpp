// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lambdas, and classes that are local to a function, of which the running
// program may have kept something: in a std::function, as an object with
// virtual functions, as a pointer to a function. What it kept are data and the
// address of a function that is named after the lambda or the class. Another
// one under that name would be called with them, and an edited lambda that
// captures something else would look for it there.
//
// What only calls a lambda or hands it to a template (std::sort) leaves no
// address behind.

#include <algorithm>
#include <map>
#include <set>

#include "gensrc/arch/arch.h"
#include "gensrc/checks.h"
#include "gensrc/local_names.h"
#include "gensrc/local_pairs.h"
#include "gensrc/names.h"
#include "gensrc/statement.h"
#include "gensrc/walk.h"

namespace care::gensrc {

namespace {

bool is_branch_to(std::string_view statement, std::string_view symbol) {
  Words words = split_words(statement);
  while (x86_64_asm.is_prefix(words.head) && !words.operands.empty())
    words = split_words(words.operands);
  std::string_view target = words.operands;
  if (target.starts_with('*') && target.find("@GOT") != target.npos)
    target.remove_prefix(1);
  return target.find(symbol) == target.npos ||
         x86_64_asm.is_branch(words.head, target);
}

class LocalNameCheck {
public:
  LocalNameCheck(const Comparison &units, const Facts &original,
                 const Facts &patched)
      : units_(units), a_(units.original), original_(original),
        patched_(patched) {}

  Error run(const LocalPairs &pairs) const;

private:
  bool is_kept(const LocalName &local) const;
  bool takes_address(const Atom &atom, const LocalName &local) const;
  Error check_name(const std::string &symbol, const LocalName &local) const;
  Error check_captures(const TypeFact &before, const TypeFact &now) const;

  const Comparison &units_;
  const Unit &a_;
  const Facts &original_;
  const Facts &patched_;
};

bool LocalNameCheck::takes_address(const Atom &atom,
                                   const LocalName &local) const {
  SectionKind kind = a_.kind_of(atom);
  if (kind == SectionKind::Ignored || kind == SectionKind::ExceptTable)
    return false;
  return std::any_of(atom.refs.begin(), atom.refs.end(), [&](const Ref &ref) {
    const Symbol &symbol = a_.symbols[ref.symbol];
    if (ref.is_definition || is_local_label(symbol.name) ||
        a_.function_of(ref.symbol) == no_id ||
        !may_belong_to(symbol.name, local))
      return false;
    return kind != SectionKind::Text ||
           !every_statement(a_, atom, [&](std::string_view statement) {
             return statement.starts_with('.') ||
                    is_branch_to(statement, symbol.name);
           });
  });
}

bool LocalNameCheck::is_kept(const LocalName &local) const {
  return std::any_of(a_.atoms.begin(), a_.atoms.end(), [&](const Atom &atom) {
    return takes_address(atom, local);
  });
}

// " in '_Z5setupi'"
std::string place_text(const LocalName &local) {
  std::string function = local.function();
  return function.empty() ? "" : " in " + quoted(function);
}

Error LocalNameCheck::check_name(const std::string &symbol,
                                 const LocalName &local) const {
  bool is_lambda = local.kind == LocalName::Kind::Lambda;
  std::string code = is_lambda ? "kpatch-lambda" : "kpatch-local-class";
  if (!is_kept(local) || units_.allowed.permits(code, symbol))
    return {};
  if (is_lambda)
    return refused(code, "lambda " + quoted(symbol) + place_text(local) +
                             ": its name is that of another one now, and the "
                             "running program may have kept it")
        .note("lambdas are numbered in the order of the source: write new ones "
              "behind the others, or as functions with names, and leave those "
              "that are not used any more")
        .note(allow_hint(code, symbol));
  return refused(code, "the class of " + quoted(symbol) + place_text(local) +
                           ": its name is that of another one now, and the "
                           "running program may have objects of it")
      .note("classes of one name in a function, and those without a name, are "
            "numbered in the order of the source: give a new one another name, "
            "and leave those that are not used any more")
      .note(allow_hint(code, symbol));
}

Error LocalNameCheck::check_captures(const TypeFact &before,
                                     const TypeFact &now) const {
  std::string symbol = now.name.substr(lambda_type.size());
  std::string function = symbol + "clEv";
  std::optional<LocalName> local = parse_local_name(function);
  if (before.layout == now.layout || !local || !is_kept(*local) ||
      units_.allowed.permits("kpatch-type-layout", symbol))
    return {};
  return refused("kpatch-type-layout",
                 "lambda " + quoted(symbol) +
                     ": what it captures changed, and the running program may "
                     "have kept it (" +
                     std::to_string(before.size_bytes) + " bytes, now " +
                     std::to_string(now.size_bytes) + ")")
      .note("write a new lambda behind the others")
      .note(allow_hint("kpatch-type-layout", symbol));
}

Error LocalNameCheck::run(const LocalPairs &pairs) const {
  std::set<std::string> entities; // a class is told by one of its functions
  for (const std::string &symbol : pairs.renamed())
    if (std::optional<LocalName> local = parse_local_name(symbol);
        local && entities.insert(local->entity()).second)
      if (Error error = check_name(symbol, *local))
        return error;
  std::map<std::string_view, const TypeFact *> before;
  for (const TypeFact &fact : original_.types)
    if (fact.name.starts_with(lambda_type))
      before.emplace(fact.name, &fact);
  for (const TypeFact &fact : patched_.types)
    if (auto found = before.find(fact.name); found != before.end())
      if (Error error = check_captures(*found->second, fact))
        return error;
  return {};
}

} // namespace

Error check_local_names(const Comparison &units, const Facts &original,
                        const Facts &patched, const Changes &changes) {
  if (changes.functions.empty())
    return {};
  return LocalNameCheck(units, original, patched)
      .run(LocalPairs(original, patched));
}

} // namespace care::gensrc
