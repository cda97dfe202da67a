// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The facts of the link say which symbols there are and from which unit, those
// of the unit what they are. A clone that the link made is what it was made
// from, under another name.

#include "gensrc/link_time/joined_facts.h"

#include <unordered_map>
#include <unordered_set>

#include "gensrc/names.h"

namespace care::gensrc {

namespace {

template <typename Fact>
using BySymbol = std::unordered_map<std::string_view, const Fact *>;

template <typename Fact>
BySymbol<Fact> by_symbol(const std::vector<Fact> &facts) {
  BySymbol<Fact> map;
  for (const Fact &fact : facts)
    map.emplace(fact.symbol, &fact);
  return map;
}

template <typename Fact>
const Fact *find(const BySymbol<Fact> &facts, const std::string &symbol) {
  auto found = facts.find(symbol);
  return found == facts.end() ? nullptr : found->second;
}

class FactJoiner {
public:
  FactJoiner(const LinkFiles &files, bool is_original,
             const ProgramNames &names);
  JoinedFacts join();

private:
  const Facts &facts_of(const LinkedUnit &unit) const {
    return is_original_ ? unit.original : unit.patched;
  }
  std::string body_of(const LinkedFact &linked) const;
  void take(const LinkedFact &linked);
  void take_function(const LinkedFact &linked, size_t unit);
  void take_inlined(const LinkedFact &linked);
  void take_early_inlined();
  void take_lambdas();

  const LinkFiles &files_;
  bool is_original_;
  const ProgramNames &names_;
  const LinkedProgram &program_;
  std::vector<BySymbol<FunctionFact>> functions_; // by unit
  std::vector<BySymbol<VariableFact>> variables_;
  std::unordered_map<std::string_view, const LinkedFact *> by_order_;
  JoinedFacts result_;
};

FactJoiner::FactJoiner(const LinkFiles &files, bool is_original,
                       const ProgramNames &names)
    : files_(files), is_original_(is_original), names_(names),
      program_(is_original ? files.original : files.patched) {
  for (const LinkedUnit &unit : files.units) {
    functions_.push_back(by_symbol(facts_of(unit).functions));
    variables_.push_back(by_symbol(facts_of(unit).variables));
  }
  for (const LinkedFact &fact : program_.link.linked)
    by_order_.emplace(fact.order, &fact);
}

std::string joined_name(const ProgramNames &names, const LinkedFact &linked) {
  return names.joined(names.unit_key(linked.unit),
                      without_link_number(linked.symbol));
}

// The function that a clone was made from. GCC forgets it for some copies, but
// not in their names.
std::string origin_of(const LinkedFact &linked) {
  if (!linked.clone_of.empty())
    return without_link_number(linked.clone_of);
  std::string base = without_link_number(linked.symbol);
  std::string origin(source_name(base));
  return origin == base ? std::string() : origin;
}

void FactJoiner::take_function(const LinkedFact &linked, size_t unit) {
  std::string base = without_link_number(linked.symbol);
  std::string origin = origin_of(linked);
  const FunctionFact *known = find(functions_[unit], base);
  bool is_made_by_link = !known && !origin.empty();
  if (is_made_by_link)
    known = find(functions_[unit], origin);
  if (!known)
    return;
  std::string key = std::to_string(unit);
  FunctionFact fact = *known;
  fact.symbol = names_.joined(key, base);
  if (is_made_by_link)
    fact.clone_of = origin;
  if (!fact.clone_of.empty())
    fact.clone_of = names_.joined(key, fact.clone_of);
  result_.unit_of_function.emplace(fact.symbol, unit);
  result_.facts.functions.push_back(std::move(fact));
}

std::string FactJoiner::body_of(const LinkedFact &linked) const {
  auto unit = names_.units.find(linked.unit);
  if (unit == names_.units.end())
    return {};
  const FunctionFact *known =
      find(functions_[unit->second], without_link_number(linked.symbol));
  if (!known)
    known = find(functions_[unit->second], origin_of(linked));
  return known ? known->body : std::string();
}

void FactJoiner::take_inlined(const LinkedFact &linked) {
  auto caller = by_order_.find(linked.inlined_into);
  if (caller != by_order_.end())
    result_.facts.inlined.push_back({joined_name(names_, linked),
                                     joined_name(names_, *caller->second),
                                     body_of(linked)});
}

void FactJoiner::take(const LinkedFact &linked) {
  if (!linked.inlined_into.empty())
    return take_inlined(linked);
  auto unit = names_.units.find(linked.unit);
  if (unit == names_.units.end())
    return;
  take_function(linked, unit->second);
  std::string base = without_link_number(linked.symbol);
  if (const VariableFact *known = find(variables_[unit->second], base)) {
    VariableFact fact = *known;
    std::string key = std::to_string(unit->second);
    fact.symbol = names_.joined(key, base);
    // Only compared: functions of one name in two units are different ones.
    if (!fact.function.empty())
      fact.function = key + ":" + fact.function;
    result_.facts.variables.push_back(std::move(fact));
  }
}

// What the units' own compiles had inlined before the link.
void FactJoiner::take_early_inlined() {
  for (size_t i = 0; i < files_.units.size(); i++) {
    std::string key = std::to_string(i);
    for (const InlineFact &fact : facts_of(files_.units[i]).inlined)
      result_.facts.inlined.push_back({names_.joined(key, fact.callee),
                                       names_.joined(key, fact.caller),
                                       fact.body});
  }
}

// Types of lambdas have names of their own; a header's are in several units.
void FactJoiner::take_lambdas() {
  std::unordered_set<std::string_view> seen;
  for (const LinkedUnit &unit : files_.units)
    for (const TypeFact &type : facts_of(unit).types)
      if (type.name.starts_with(lambda_type) && seen.insert(type.name).second)
        result_.facts.types.push_back(type);
}

JoinedFacts FactJoiner::join() {
  result_.facts.compiler = program_.link.compiler;
  result_.facts.output = program_.link.output;
  if (!files_.units.empty())
    result_.facts.source = facts_of(files_.units.front()).source;
  for (const LinkedFact &linked : program_.link.linked)
    take(linked);
  take_early_inlined();
  take_lambdas();
  return std::move(result_);
}

} // namespace

JoinedFacts joined_facts(const LinkFiles &files, bool is_original,
                         const ProgramNames &names) {
  return FactJoiner(files, is_original, names).join();
}

} // namespace care::gensrc
