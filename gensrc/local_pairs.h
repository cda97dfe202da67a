// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lambda of the patched unit is which of the original.
//
// The mangled name of a lambda is a number: which one of the function, class
// or file it is. One more in front of the others, or one less, and the name of
// each that follows is that of its neighbour. What tells them apart is what
// they do, as the compiler has read it (FunctionFact::body), and their order.
#ifndef LIBCARE_GENSRC_LAMBDA_NAMES_H
#define LIBCARE_GENSRC_LAMBDA_NAMES_H

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/facts.h"

namespace care::gensrc {

// The parts of the name of a lambda's function: "_ZZ1fvENKUliE0_clEi" is
// "_ZZ1fvE", "UliE0_", 1 and "clEi", with "NK" in between.
struct LambdaName {
  std::string_view scope;
  std::string_view lambda;
  unsigned number = 0;
  std::string_view rest;

  // All but `rest`.
  std::string_view whole(std::string_view symbol) const {
    return symbol.substr(0, symbol.size() - rest.size());
  }
};

std::optional<LambdaName> parse_lambda(std::string_view symbol);

// May `symbol` be of code that the compiler made for this lambda: its function,
// what a template has made with it? A name that is alike by chance counts too.
bool may_belong_to(std::string_view symbol, const LambdaName &lambda);

class LambdaNames {
public:
  LambdaNames(const Facts &original, const Facts &patched);

  // The function of the original that `symbol`, a function of the patched unit,
  // is: itself, if it is that of no other lambda. What is no name of a function
  // for a lambda that the original may not have.
  std::string original_of(const std::string &symbol) const;
  // Is the lambda another one than the original's of the same name, or could
  // it be? `symbol` is its function.
  bool is_other(std::string_view symbol) const;
  // Could it be one of several of the original, or a new one?
  bool is_unsure(std::string_view symbol) const;
  // Functions of lambdas of the original whose names are those of other lambdas
  // now, or of none though their code is still there.
  const std::set<std::string> &renamed() const { return renamed_; }

private:
  struct Scope;
  void match(const Scope &before, const Scope &now);

  std::map<std::string, std::string, std::less<>> original_of_;
  std::set<std::string, std::less<>> others_, unsure_;
  std::set<std::string> renamed_;
};

} // namespace care::gensrc

#endif
