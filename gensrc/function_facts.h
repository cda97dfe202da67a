// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The facts about functions of one unit by the functions' symbols.
#ifndef LIBCARE_GENSRC_FUNCTION_FACTS_H
#define LIBCARE_GENSRC_FUNCTION_FACTS_H

#include <string_view>
#include <unordered_map>

#include "common/facts.h"

namespace care::gensrc {

class FunctionFacts {
public:
  // Refers to `facts`.
  explicit FunctionFacts(const Facts &facts) {
    for (const FunctionFact &fact : facts.functions)
      facts_.emplace(fact.symbol, &fact);
  }

  const FunctionFact *find(std::string_view symbol) const {
    auto found = facts_.find(symbol);
    return found == facts_.end() ? nullptr : found->second;
  }

private:
  std::unordered_map<std::string_view, const FunctionFact *> facts_;
};

} // namespace care::gensrc

#endif
