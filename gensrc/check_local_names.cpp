// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lambdas that the running program may have kept: in a std::function, in an
// object with virtual functions, as a pointer to a function. What it kept is
// what the lambda captured and the address of a function that is named after
// the lambda. Another lambda under that name would be called with it, and an
// edited one that captures something else would look for it there.
//
// What only calls a lambda or hands it to a template (std::sort) leaves no
// address behind.

#include <algorithm>
#include <map>

#include "gensrc/arch/arch.h"
#include "gensrc/checks.h"
#include "gensrc/lambda_names.h"
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

class LambdaCheck {
public:
  LambdaCheck(const Comparison &units, const Facts &original,
              const Facts &patched)
      : units_(units), a_(units.original), original_(original),
        patched_(patched) {}

  Error run(const LambdaNames &names) const;

private:
  bool is_kept(const LambdaName &lambda) const;
  bool takes_address(const Atom &atom, const LambdaName &lambda) const;
  Error check_name(const std::string &symbol) const;
  Error check_captures(const TypeFact &before, const TypeFact &now) const;

  const Comparison &units_;
  const Unit &a_;
  const Facts &original_;
  const Facts &patched_;
};

bool LambdaCheck::takes_address(const Atom &atom,
                                const LambdaName &lambda) const {
  SectionKind kind = a_.kind_of(atom);
  if (kind == SectionKind::Ignored || kind == SectionKind::ExceptTable)
    return false;
  return std::any_of(atom.refs.begin(), atom.refs.end(), [&](const Ref &ref) {
    const Symbol &symbol = a_.symbols[ref.symbol];
    if (ref.is_definition || is_local_label(symbol.name) ||
        a_.function_of(ref.symbol) == no_id ||
        !may_belong_to(symbol.name, lambda))
      return false;
    return kind != SectionKind::Text ||
           !every_statement(a_, atom, [&](std::string_view statement) {
             return statement.starts_with('.') ||
                    is_branch_to(statement, symbol.name);
           });
  });
}

bool LambdaCheck::is_kept(const LambdaName &lambda) const {
  return std::any_of(a_.atoms.begin(), a_.atoms.end(), [&](const Atom &atom) {
    return takes_address(atom, lambda);
  });
}

// " in '_Z5setupi'", of the scope "_ZZ5setupiE".
std::string place_text(const LambdaName &lambda) {
  std::string_view scope = lambda.scope;
  if (!scope.starts_with("_ZZ") || !scope.ends_with('E'))
    return "";
  scope.remove_prefix(3);
  scope.remove_suffix(1);
  return " in " + quoted("_Z" + std::string(scope));
}

Error LambdaCheck::check_name(const std::string &symbol) const {
  std::optional<LambdaName> lambda = parse_lambda(symbol);
  if (!lambda || !is_kept(*lambda) ||
      units_.allowed.permits("kpatch-lambda", symbol))
    return {};
  return refused("kpatch-lambda",
                 "lambda " + quoted(symbol) + place_text(*lambda) +
                     ": its name is that of another one now, and the running "
                     "program may have kept it")
      .note("lambdas are numbered in the order of the source: write new ones "
            "behind the others, or as functions with names, and leave those "
            "that are not used any more")
      .note(allow_hint("kpatch-lambda", symbol));
}

Error LambdaCheck::check_captures(const TypeFact &before,
                                  const TypeFact &now) const {
  std::string symbol = now.name.substr(lambda_type.size());
  std::string function = symbol + "clEv";
  std::optional<LambdaName> lambda = parse_lambda(function);
  if (before.layout == now.layout || !lambda || !is_kept(*lambda) ||
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

Error LambdaCheck::run(const LambdaNames &names) const {
  for (const std::string &symbol : names.renamed())
    if (Error error = check_name(symbol))
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

Error check_lambdas(const Comparison &units, const Facts &original,
                    const Facts &patched, const Changes &changes) {
  if (changes.functions.empty())
    return {};
  return LambdaCheck(units, original, patched)
      .run(LambdaNames(original, patched));
}

} // namespace care::gensrc
