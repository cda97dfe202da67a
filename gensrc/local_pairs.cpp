// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lambdas that do the same are pairs, in order, as many as can be. Between two
// pairs, as many as before are the same ones, edited; of more or fewer nobody
// can tell which is which.

#include "gensrc/lambda_names.h"

#include <algorithm>
#include <vector>

namespace care::gensrc {

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "UliE0_" at `begin`: the end, and the number in `number`. 0: it is none.
static size_t lambda_end(std::string_view symbol, size_t begin,
                         unsigned &number) {
  for (size_t end = symbol.find("_cl", begin); end != symbol.npos;
       end = symbol.find("_cl", end + 1)) {
    size_t digits = end;
    while (digits > begin && is_digit(symbol[digits - 1]))
      digits--;
    if (symbol[digits - 1] != 'E' || end - digits > 6)
      continue;
    number = 0;
    for (size_t i = digits; i < end; i++)
      number = number * 10 + static_cast<unsigned>(symbol[i] - '0');
    number += digits == end ? 0 : 1;
    return end + 1;
  }
  return 0;
}

std::optional<LambdaName> parse_lambda(std::string_view symbol) {
  if (!symbol.starts_with("_Z"))
    return std::nullopt;
  for (size_t begin = symbol.rfind("Ul"); begin != symbol.npos && begin > 2;
       begin = symbol.rfind("Ul", begin - 1)) {
    size_t scope = begin - (symbol[begin - 1] == 'K' ? 2 : 1);
    if (symbol[scope] != 'N' && symbol[scope] != 'M')
      continue;
    LambdaName name;
    size_t end = lambda_end(symbol, begin, name.number);
    if (end == 0)
      continue;
    name.scope = symbol.substr(0, scope);
    name.lambda = symbol.substr(begin, end - begin);
    name.rest = symbol.substr(end);
    return name;
  }
  return std::nullopt;
}

// The last of the names that begin the scope: "5setup" of "_ZZN3app5setupEvE".
// Substitutions make the rest of it look different in other names.
static std::string_view scope_word(std::string_view scope) {
  size_t at = scope.find_first_of("0123456789");
  std::string_view word;
  while (at < scope.size() && is_digit(scope[at])) {
    size_t length = 0, begin = at;
    while (at < scope.size() && is_digit(scope[at]) && length < scope.size())
      length = length * 10 + static_cast<size_t>(scope[at++] - '0');
    at += length;
    word = scope.substr(begin, at - begin);
  }
  return word;
}

bool may_belong_to(std::string_view symbol, const LambdaName &lambda) {
  return symbol.find(lambda.lambda) != symbol.npos &&
         symbol.find(scope_word(lambda.scope)) != symbol.npos;
}

// --- pairs

namespace {
struct Lambda {
  std::string name;                // without what follows the lambda
  std::string location;            // in the source, if known
  std::set<std::string> functions; // symbols; a generic one has several
  std::set<std::string> bodies;
};
} // namespace

// By number: GCC counts all of a scope, whatever they take.
struct LambdaNames::Scope {
  std::map<std::pair<unsigned, std::string>, Lambda> lambdas;

  void add(const std::string &symbol, const std::string &body,
           std::string_view location) {
    std::string plain = symbol.substr(0, symbol.find('.'));
    std::optional<LambdaName> name = parse_lambda(plain);
    if (!name || body.empty())
      return;
    Lambda &lambda = lambdas[{name->number, std::string(name->lambda)}];
    lambda.name = name->whole(plain);
    lambda.location = location;
    lambda.functions.insert(plain);
    lambda.bodies.insert(body);
  }
  std::vector<const Lambda *> list() const {
    std::vector<const Lambda *> all;
    for (const auto &[key, lambda] : lambdas)
      all.push_back(&lambda);
    return all;
  }
};

namespace {

using Lambdas = std::vector<const Lambda *>;
using Places = std::vector<std::pair<size_t, size_t>>;

// The longest list of pairs, in order, that do the same. Of several, that in
// which most are where they were: lines that did not change keep their numbers.
Places same_ones(const Lambdas &before, const Lambdas &now) {
  constexpr size_t count_max = 1000;
  if (before.size() > count_max || now.size() > count_max)
    return {};
  size_t width = now.size() + 1;
  size_t whole = std::max(before.size(), now.size()) + 1;
  std::vector<size_t> length((before.size() + 1) * width);
  auto is_same = [&](size_t i, size_t j) {
    return before[i]->bodies == now[j]->bodies;
  };
  auto weight = [&](size_t i, size_t j) {
    return whole + (before[i]->location == now[j]->location ? 1 : 0);
  };
  for (size_t i = before.size(); i-- > 0;)
    for (size_t j = now.size(); j-- > 0;)
      length[i * width + j] = std::max(
          {length[(i + 1) * width + j], length[i * width + j + 1],
           is_same(i, j) ? length[(i + 1) * width + j + 1] + weight(i, j) : 0});
  Places pairs;
  for (size_t i = 0, j = 0; i < before.size() && j < now.size();) {
    // What was inserted in front of a line may have its number as well: of two
    // that are alike, the later one was there.
    size_t best = length[i * width + j];
    if (best == length[i * width + j + 1])
      j++;
    else if (best == length[(i + 1) * width + j])
      i++;
    else
      pairs.emplace_back(i++, j++);
  }
  return pairs;
}

} // namespace

void LambdaNames::match(const Scope &from, const Scope &to) {
  Lambdas before = from.list(), now = to.list();
  std::vector<const Lambda *> partner(now.size());
  std::set<const Lambda *> unsure;
  Places pairs = same_ones(before, now);
  for (auto [i, j] : pairs)
    partner[j] = before[i];
  pairs.emplace_back(before.size(), now.size());
  size_t i = 0, j = 0;
  for (auto [next_i, next_j] : pairs) {
    for (; i < next_i && j < next_j && next_i - i == next_j - j; i++, j++)
      partner[j] = before[i];
    if (i < next_i && j < next_j) {
      unsure.insert(before.begin() + static_cast<std::ptrdiff_t>(i),
                    before.begin() + static_cast<std::ptrdiff_t>(next_i));
      for (size_t k = j; k < next_j; k++)
        unsure_.insert(now[k]->functions.begin(), now[k]->functions.end());
    }
    i = next_i + 1;
    j = next_j + 1;
  }
  std::set<std::string_view> names;
  for (size_t k = 0; k < now.size(); k++) {
    bool is_original = partner[k] && partner[k]->name == now[k]->name;
    if (!is_original)
      names.insert(now[k]->name);
    for (const std::string &function : now[k]->functions) {
      if (!is_original)
        others_.insert(function);
      if (!partner[k] || is_original)
        continue;
      std::string rest = function.substr(now[k]->name.size());
      original_of_[function] = partner[k]->name + rest;
    }
    if (partner[k] && !is_original)
      renamed_.insert(partner[k]->functions.begin(),
                      partner[k]->functions.end());
  }
  for (const Lambda *lambda : before)
    if (names.contains(lambda->name) || unsure.contains(lambda))
      renamed_.insert(lambda->functions.begin(), lambda->functions.end());
}

LambdaNames::LambdaNames(const Facts &original, const Facts &patched) {
  std::map<std::string, std::pair<Scope, Scope>> scopes;
  auto add_all = [&](const Facts &facts, auto side) {
    std::map<std::string_view, std::string_view> locations;
    for (const TypeFact &fact : facts.types)
      if (fact.name.starts_with(lambda_type))
        locations[std::string_view(fact.name).substr(lambda_type.size())] =
            fact.location;
    auto add = [&](const std::string &symbol, const std::string &body) {
      if (std::optional<LambdaName> name = parse_lambda(symbol))
        (scopes[std::string(name->scope)].*side)
            .add(symbol, body, locations[name->whole(symbol)]);
    };
    for (const FunctionFact &fact : facts.functions)
      add(fact.symbol, fact.body);
    for (const InlineFact &fact : facts.inlined)
      add(fact.callee, fact.body);
  };
  add_all(original, &std::pair<Scope, Scope>::first);
  add_all(patched, &std::pair<Scope, Scope>::second);
  for (const auto &[scope, both] : scopes)
    match(both.first, both.second);
}

std::string LambdaNames::original_of(const std::string &symbol) const {
  auto found = original_of_.find(symbol);
  if (found != original_of_.end())
    return found->second;
  return is_other(symbol) ? "new " + symbol : symbol;
}

bool LambdaNames::is_unsure(std::string_view symbol) const {
  return unsure_.contains(symbol);
}

bool LambdaNames::is_other(std::string_view symbol) const {
  return others_.contains(symbol);
}

} // namespace care::gensrc
