// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Those that do the same are pairs, in order, as many as can be. Between two
// pairs, as many as before are the same ones, edited; of more or fewer nobody
// can tell which is which.
//
// Scopes are paired from the outer ones to the inner ones: a lambda in another
// one has the name of that one in its own.

#include "gensrc/local_pairs.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gensrc/local_names.h"

namespace care::gensrc {

// A lambda or a class.
struct LocalEntity {
  std::string name; // LocalName::entity
  std::string location;
  std::map<std::string, std::string> functions; // by what they are in it
  std::set<std::string> bodies;
};

// All that are counted together.
struct LocalScope {
  std::string function; // LocalName::function
  std::string rest;     // what is behind it in LocalName::counted_in
  std::map<std::pair<unsigned, std::string>, LocalEntity> entities;

  void add(const std::string &symbol, const LocalName &name,
           const std::string &body, const std::string &location) {
    bool is_lambda = name.kind == LocalName::Kind::Lambda;
    if (is_lambda && body.empty())
      return;
    function = name.function();
    rest = name.counted_in().substr(name.scope.size());
    LocalEntity &entity = entities[{name.number, std::string(name.word)}];
    entity.name = name.entity();
    if (entity.location.empty() || location < entity.location)
      entity.location = location;
    std::string member(name.member);
    entity.functions[member + std::string(name.parameters)] = symbol;
    if (!body.empty())
      entity.bodies.insert(std::move(member) + ' ' + body);
  }
  std::vector<const LocalEntity *> list() const {
    std::vector<const LocalEntity *> all;
    for (const auto &[key, entity] : entities)
      all.push_back(&entity);
    return all;
  }
};

namespace {

using Entities = std::vector<const LocalEntity *>;
using Places = std::vector<std::pair<size_t, size_t>>;

// The longest list of pairs, in order, that do the same. Of several, that in
// which most are where they were: lines that did not change keep their numbers.
Places same_ones(const Entities &before, const Entities &now) {
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

static void add_functions(const LocalEntity &entity,
                          std::set<std::string> &to) {
  for (const auto &[member, symbol] : entity.functions)
    to.insert(symbol);
}

void LocalPairs::pair(const LocalEntity *before, const LocalEntity &now) {
  if (before && before->name == now.name)
    return;
  others_.insert(now.name);
  if (!before)
    return;
  renamed_entities_.insert(before->name);
  for (const auto &[member, symbol] : now.functions)
    if (auto found = before->functions.find(member);
        found != before->functions.end())
      original_of_[symbol] = found->second;
}

void LocalPairs::match(const LocalScope &from, const LocalScope &to) {
  Entities before = from.list(), now = to.list();
  Places pairs = same_ones(before, now);
  pairs.emplace_back(before.size(), now.size());
  size_t i = 0, j = 0;
  for (auto [next_i, next_j] : pairs) {
    bool is_edited = next_i - i == next_j - j;
    bool is_unsure = !is_edited && i < next_i && j < next_j;
    for (; j < next_j; j++) {
      pair(is_edited ? before[i++] : nullptr, *now[j]);
      if (is_unsure)
        unsure_.insert(now[j]->name);
    }
    for (; i < next_i; i++)
      if (is_unsure)
        renamed_entities_.insert(before[i]->name);
    if (next_i < before.size())
      pair(before[next_i], *now[next_j]);
    i = next_i + 1;
    j = next_j + 1;
  }
}

using Scopes = std::map<std::string, LocalScope>;

static Scopes scopes_of(const Facts &facts) {
  std::map<std::string_view, std::string_view> lambdas; // their places
  for (const TypeFact &fact : facts.types)
    if (fact.name.starts_with(lambda_type))
      lambdas[std::string_view(fact.name).substr(lambda_type.size())] =
          fact.location;
  Scopes scopes;
  auto add = [&](const std::string &symbol, const std::string &body,
                 const std::string &location) {
    std::string plain = symbol.substr(0, symbol.find('.'));
    std::optional<LocalName> name = parse_local_name(plain);
    if (!name)
      return;
    bool is_lambda = name->kind == LocalName::Kind::Lambda;
    scopes[name->counted_in()].add(plain, *name, body,
                                   is_lambda ? std::string(lambdas[name->front])
                                             : location);
  };
  for (const FunctionFact &fact : facts.functions)
    add(fact.symbol, fact.body, fact.location);
  for (const InlineFact &fact : facts.inlined)
    add(fact.callee, fact.body, "");
  return scopes;
}

// The outer ones first: an inner one's name has theirs in it.
static std::vector<std::pair<std::string, const LocalScope *>>
outer_first(const Scopes &scopes) {
  std::vector<std::pair<std::string, const LocalScope *>> list;
  for (const auto &[name, scope] : scopes)
    list.emplace_back(name, &scope);
  std::ranges::stable_sort(list, {}, [](const auto &named) {
    return named.second->function.size();
  });
  return list;
}

static std::string scope_name(const std::string &function) {
  return "_ZZ" + function.substr(2) + "E";
}

LocalPairs::LocalPairs(const Facts &original, const Facts &patched) {
  Scopes before = scopes_of(original), now = scopes_of(patched);
  for (const auto &[name, scope] : outer_first(now)) {
    std::string origin = name;
    if (is_other(scope->function))
      origin = scope_name(original_of(scope->function)) + scope->rest;
    auto found = before.find(origin);
    match(found == before.end() ? LocalScope() : found->second, *scope);
  }
  for (const auto &[name, scope] : outer_first(before))
    for (const auto &[key, entity] : scope->entities) {
      std::optional<LocalName> outer = parse_local_name(scope->function);
      if (outer && renamed_entities_.contains(outer->entity()))
        renamed_entities_.insert(entity.name);
      if (others_.contains(entity.name))
        renamed_entities_.insert(entity.name);
      if (renamed_entities_.contains(entity.name))
        add_functions(entity, renamed_);
    }
}

std::string LocalPairs::original_of(const std::string &symbol) const {
  auto found = original_of_.find(symbol);
  if (found != original_of_.end())
    return found->second;
  return is_other(symbol) ? "new " + symbol : symbol;
}

static bool has_entity_of(const std::set<std::string> &entities,
                          std::string_view symbol) {
  std::optional<LocalName> name = parse_local_name(symbol);
  return name && entities.contains(name->entity());
}

bool LocalPairs::is_unsure(std::string_view symbol) const {
  return has_entity_of(unsure_, symbol);
}

bool LocalPairs::is_other(std::string_view symbol) const {
  return has_entity_of(others_, symbol);
}

} // namespace care::gensrc
