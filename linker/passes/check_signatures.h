// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Refuses to replace a function that takes or returns something else now while
// code outside of the patch still refers to it.
//
// The patch says in .kpatch.signatures which functions these are, and which
// callers in their own unit fit both. All other references are seen as
// relocations against the function's symbol, or are made in other objects.
#ifndef LIBCARE_LINKER_PASSES_CHECK_SIGNATURES_H
#define LIBCARE_LINKER_PASSES_CHECK_SIGNATURES_H

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "common/result.h"
#include "common/allowances.h"
#include "linker/places.h"

namespace care::linker {

// Also a variable that the patch does not use any more: who does would go on
// with the old one.
struct ChangedSignature {
  bool is_variable = false;
  std::string name;
  std::string words; // both signatures, for people; may be empty
  std::set<uint64_t> callers;
};

// Addresses are those of the patched binary; `changed` is by function.
// `in_patch`: entries and further parts of what is replaced.
Error check_signatures(const Places &patched, const Architecture &arch,
                       const std::map<uint64_t, ChangedSignature> &changed,
                       const std::set<uint64_t> &in_patch, Allowances &allowed);

} // namespace care::linker

#endif
