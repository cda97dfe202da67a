// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lambda, and which class local to a function, of the patched unit is
// which of the original.
//
// The mangled name of a lambda is a number: which one of the function, class
// or file it is. That of a class which is local to a function has one if others
// there have its name, or if it has none. One more in front of the others, or
// one less, and the name of each that follows is that of its neighbour. What
// tells them apart is what their functions do, as the compiler has read it
// (FunctionFact::body), and their order.
#ifndef LIBCARE_GENSRC_LOCAL_PAIRS_H
#define LIBCARE_GENSRC_LOCAL_PAIRS_H

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/facts.h"

namespace care::gensrc {

struct LocalEntity;
struct LocalScope;

class LocalPairs {
public:
  LocalPairs(const Facts &original, const Facts &patched);

  // The function of the original that `symbol`, a function of the patched unit,
  // is: itself, if it is that of nothing else that is local. What is no name of
  // a function for one that the original may not have.
  std::string original_of(const std::string &symbol) const;
  // Is what it is a function of another one than the original's of the same
  // name, or could it be?
  bool is_other(std::string_view symbol) const;
  // Could it be one of several of the original, or a new one?
  bool is_unsure(std::string_view symbol) const;
  // Functions of the original whose names are those of others now, or of none
  // though their code is still there.
  const std::set<std::string> &renamed() const { return renamed_; }

private:
  void match(const LocalScope &before, const LocalScope &now);
  void pair(const LocalEntity *before, const LocalEntity &now);

  std::map<std::string, std::string> original_of_;
  // By LocalName::entity; of the patched unit, and of the original.
  std::set<std::string> others_, unsure_, renamed_entities_;
  std::set<std::string> renamed_;
};

} // namespace care::gensrc

#endif
