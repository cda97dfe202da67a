// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The comparison of assembly says that a function has other code. The plugin's
// fingerprints of the parsed bodies say whether its own source changed; if not,
// the bodies that were inlined into it are asked, and then the functions that
// it calls, from whose code the compiler may have learned something. A lambda
// is a function of its own to the compiler, and to people a piece of the one
// that it is written in. Without facts there is only "edited".

#include "gensrc/reasons.h"

#include <algorithm>
#include <map>
#include <set>

#include "gensrc/function_facts.h"
#include "gensrc/names.h"

namespace care::gensrc {

namespace {

constexpr std::string_view inlines_more = "compiled differently: inlines ";
constexpr std::string_view inlines_less =
    "compiled differently: does not inline ";

// What one unit's facts say about bodies. Clones count as their origin.
class Bodies {
public:
  explicit Bodies(const Facts &facts);

  const FunctionFact *find(std::string_view symbol) const {
    return functions_.find(symbol);
  }
  const std::set<std::string> &inlined_into(std::string_view symbol) const {
    static const std::set<std::string> none;
    auto found = inlined_.find(symbol);
    return found == inlined_.end() ? none : found->second;
  }
  // Empty if it is not known, or if several functions have the name.
  std::string body_of(const std::string &name) const {
    auto found = bodies_.find(name);
    return found == bodies_.end() || found->second.size() != 1
               ? std::string()
               : *found->second.begin();
  }

private:
  FunctionFacts functions_;
  std::map<std::string_view, std::set<std::string>> inlined_; // by caller
  std::map<std::string, std::set<std::string>, std::less<>> bodies_;
};

Bodies::Bodies(const Facts &facts) : functions_(facts) {
  for (const FunctionFact &f : facts.functions) {
    bodies_[std::string(source_name(f.symbol))].insert(f.body);
  }
  for (const InlineFact &i : facts.inlined) {
    std::string callee(source_name(i.callee));
    bodies_[callee].insert(i.body);
    inlined_[i.caller].insert(std::move(callee));
  }
}

class ReasonFinder {
public:
  ReasonFinder(const Comparison &units, const Facts &original,
               const Facts &patched, const Changes &changes)
      : units_(units), before_(original), now_(patched), changes_(changes) {}

  std::string reason_of(const ChangedFunction &change) const;

private:
  bool is_edited(const std::string &name) const;
  std::string inlining(const FunctionFact &was, const FunctionFact &is) const;
  std::string called(const ChangedFunction &change) const;

  const Comparison &units_;
  Bodies before_, now_;
  const Changes &changes_;
};

} // namespace

// Is it known that the source of `name` changed?
bool ReasonFinder::is_edited(const std::string &name) const {
  std::string was = before_.body_of(name);
  std::string is = now_.body_of(name);
  return !was.empty() && !is.empty() && was != is;
}

static void add_name(std::string &names, const std::string &name) {
  names += (names.empty() ? "" : ", ") + quoted(name);
}

// The callers of facts are the functions that clones were made from.
static std::set<std::string> inlined_callees(const Bodies &bodies,
                                             const FunctionFact &function) {
  std::set<std::string> names = bodies.inlined_into(function.symbol);
  if (!function.clone_of.empty())
    names.merge(std::set(bodies.inlined_into(function.clone_of)));
  return names;
}

// With what was inlined into those before they were.
static std::set<std::string> all_inlined(const Bodies &bodies,
                                         const FunctionFact &function) {
  std::set<std::string> names = inlined_callees(bodies, function);
  std::vector<std::string> pending(names.begin(), names.end());
  while (!pending.empty()) {
    std::string name = std::move(pending.back());
    pending.pop_back();
    for (const std::string &callee : bodies.inlined_into(name))
      if (names.insert(callee).second)
        pending.push_back(callee);
  }
  return names;
}

// The name of a function as others that are local to it have it: of "_Z3usei",
// "_ZZ3useiENKUliE_clEi" (a lambda in it) and "_ZZ3useiENUliE_4_FUNEi" (the
// plain function that the lambda converts to) it is "3useiE".
static std::string local_scope(std::string_view symbol) {
  symbol = source_name(symbol);
  if (!symbol.starts_with("_Z"))
    return std::to_string(symbol.size()) + std::string(symbol) + "E";
  std::string_view core = symbol.substr(symbol.find_first_not_of('Z', 1));
  size_t lambda = core.find("Ul");
  bool is_plain = lambda != core.npos && core.find("_4_FUN") != core.npos;
  if (!is_plain)
    return std::string(core) + "E";
  return std::string(core.substr(0, lambda - 1)); // without its 'N'
}

static bool is_lambda_in(std::string_view lambda, std::string_view symbol) {
  if (!lambda.starts_with("_ZZ") || lambda.find("Ul") == lambda.npos)
    return false;
  lambda.remove_prefix(lambda.find_first_not_of('Z', 1));
  return lambda.starts_with(local_scope(symbol));
}

std::string ReasonFinder::inlining(const FunctionFact &was,
                                   const FunctionFact &is) const {
  std::set<std::string> all = all_inlined(now_, is);
  all.merge(all_inlined(before_, was));
  std::string edited, added, gone;
  for (const std::string &name : all) {
    if (!is_edited(name))
      continue;
    if (is_lambda_in(name, is.symbol))
      return "edited";
    add_name(edited, name);
  }
  if (!edited.empty())
    return "inlines edited " + edited;
  std::set<std::string> old_callees = inlined_callees(before_, was);
  std::set<std::string> callees = inlined_callees(now_, is);
  for (const std::string &name : callees)
    if (!old_callees.contains(name))
      add_name(added, name);
  for (const std::string &name : old_callees)
    if (!callees.contains(name))
      add_name(gone, name);
  if (!added.empty())
    return std::string(inlines_more) + added + " now";
  if (!gone.empty())
    return std::string(inlines_less) + gone + " any more";
  return {};
}

// Functions of the patch that the new code refers to, and whose source changed.
std::string ReasonFinder::called(const ChangedFunction &change) const {
  const Unit &b = units_.patched;
  std::string names;
  std::set<std::string> seen;
  for (AtomId part : b.functions[change.patched].parts)
    for (const Ref &ref : b.atoms[part].refs) {
      uint32_t target = b.function_of(ref.symbol);
      if (ref.is_definition || target == no_id || target == change.patched ||
          !changes_.function_ids.contains(target))
        continue;
      std::string name(source_name(b.symbols[b.functions[target].symbol].name));
      if (is_edited(name) && seen.insert(name).second)
        add_name(names, name);
    }
  return names;
}

std::string ReasonFinder::reason_of(const ChangedFunction &change) const {
  if (change.reason != "edited" || change.original == no_id)
    return change.reason;
  const Symbol &symbol = units_.patched.symbols[change.symbol];
  const FunctionFact *was =
      before_.find(units_.original.symbols[change.original].name);
  const FunctionFact *is = now_.find(symbol.name);
  if (!was || !is || was->body.empty() || is->body.empty())
    return change.reason;
  if (was->body != is->body)
    return is->clone_of.empty() ? change.reason
                                : "clone of edited " + quoted(is->clone_of);
  std::string reason = inlining(*was, *is);
  if (reason.empty())
    if (std::string names = called(change); !names.empty())
      reason = "compiled differently: calls edited " + names;
  return reason.empty() ? "compiled differently: its own source is unchanged"
                        : reason;
}

bool is_inlined_otherwise(const Comparison &units, const Facts &original,
                          const Facts &patched, const Changes &changes,
                          const ChangedFunction &change) {
  std::string reason =
      ReasonFinder(units, original, patched, changes).reason_of(change);
  return reason.starts_with(inlines_more) || reason.starts_with(inlines_less);
}

void find_reasons(const Comparison &units, const Facts &original,
                  const Facts &patched, Changes &changes) {
  if (original.functions.empty() || patched.functions.empty())
    return;
  ReasonFinder finder(units, original, patched, changes);
  std::vector<std::string> reasons;
  for (const ChangedFunction &change : changes.functions)
    reasons.push_back(finder.reason_of(change));
  for (size_t i = 0; i < reasons.size(); i++)
    changes.functions[i].reason = std::move(reasons[i]);
}

} // namespace care::gensrc
