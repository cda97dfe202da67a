// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which symbol of the patched text is which of the original.
//
// The name decides, but for names that the compiler counted up (static locals,
// clones). These are matched by what the compiler wrote into the facts; else by
// unchanged functions that refer to them in the same place; else by who refers
// to them at all. What is left over and could be one of several is ambiguous.
#ifndef LIBCARE_GENSRC_MATCH_H
#define LIBCARE_GENSRC_MATCH_H

#include <vector>

#include "common/facts.h"
#include "gensrc/assembly.h"

namespace care::gensrc {

struct Matching {
  std::vector<SymbolId> to_original; // by patched symbol; no_id: new
  std::vector<SymbolId> to_patched;  // by original symbol; no_id: gone
  // By patched symbol: it may or may not be one of the original's.
  std::vector<bool> is_ambiguous;
  bool has_facts = false; // of both texts

  void pair(SymbolId original, SymbolId patched) {
    to_original[patched] = original;
    to_patched[original] = patched;
  }
};

Matching match_symbols(const Unit &original, const Unit &patched,
                       const Facts &original_facts, const Facts &patched_facts);

} // namespace care::gensrc

#endif
