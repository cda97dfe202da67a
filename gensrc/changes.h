// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What has to be in the patch, and why.
#ifndef LIBCARE_GENSRC_CHANGES_H
#define LIBCARE_GENSRC_CHANGES_H

#include <string>
#include <unordered_map>
#include <vector>

#include "gensrc/comparison.h"
#include "gensrc/exported_names.h"

namespace care::gensrc {

struct ChangedFunction {
  uint32_t patched = no_id; // index in patched.functions: the new code
  SymbolId symbol = no_id;  // patched symbol that is replaced; differs from the
                            // function's own only for a former twin
  SymbolId original = no_id; // original symbol; no_id: new
  // Called as NAME.kpatch, while its entry stays: a clone of which all callers
  // are in the patch.
  bool is_clone = false;
  std::string reason;
};

// A function that takes or returns something else now.
struct SignatureChange {
  SymbolId original = no_id;     // original symbol
  std::string words;             // "'void (int)', now 'void (long)'", or empty
  std::vector<SymbolId> callers; // original symbols: they fit old and new
};

struct Changes {
  std::vector<ChangedFunction> functions;
  std::unordered_map<uint32_t, size_t> function_ids; // by patched function
  std::vector<bool> is_changed_constant; // by patched atom: goes into the tail
  std::vector<AtomId> new_objects;       // patched atoms, constants included
  std::vector<SymbolId> new_aliases;     // patched symbols
  Names exported; // local in the original, global in the patched unit
  std::vector<SignatureChange> signatures;
  // Original symbols of variables that other units can see, and that the
  // patched unit does not have.
  std::vector<SymbolId> gone_variables;
  // Original symbols of local code that only functions in the patch reached,
  // and that their replacements do not reach.
  std::vector<SymbolId> unreached;

  // Fills `function_ids`.
  void index_functions(const Unit &patched);
};

Result<Changes> find_changes(const Comparison &units);

} // namespace care::gensrc

#endif
