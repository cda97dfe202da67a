// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Do an original and a patched atom mean the same?
//
// Equal shapes, and pairwise equal symbols: code labels by the order in which
// they appear, pool entries, jump tables and exception tables by what they
// hold, everything else by the Matching.
#ifndef LIBCARE_GENSRC_COMPARE_H
#define LIBCARE_GENSRC_COMPARE_H

#include <unordered_set>
#include <utility>
#include <vector>

#include "gensrc/match.h"

namespace care::gensrc {

class Comparer {
public:
  Comparer(const Unit &original, const Unit &patched, const Matching &matching)
      : a_(original), b_(patched), matching_(matching),
        label_to_b_(original.symbols.size(), no_id),
        label_to_a_(patched.symbols.size(), no_id) {}

  bool same_function(const Function &a, const Function &b);
  bool same_data(AtomId a, AtomId b);

  // While matching: symbols with counted names that have no partner yet may be
  // each other's. same_function() then lists the pairs that make it true.
  void set_learning(bool learning) { is_learning_ = learning; }
  const std::vector<std::pair<SymbolId, SymbolId>> &learned() const {
    return learned_;
  }

private:
  void start();
  bool same_atom(AtomId a, AtomId b);
  bool same_symbol(SymbolId a, SymbolId b);
  bool same_label(SymbolId a, SymbolId b);
  bool same_by_content(AtomId a, AtomId b);
  bool learn(SymbolId a, SymbolId b);

  const Unit &a_;
  const Unit &b_;
  const Matching &matching_;
  std::vector<SymbolId> label_to_b_, label_to_a_;
  std::vector<std::pair<SymbolId, SymbolId>> labels_;
  std::unordered_set<uint64_t> visited_;
  int depth_ = 0; // of data that refers to data
  std::vector<std::pair<SymbolId, SymbolId>> learned_;
  bool is_learning_ = false;
};

} // namespace care::gensrc

#endif
