// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What has to be in the patch, and why.
#ifndef LIBCARE_GENSRC_CHANGES_H
#define LIBCARE_GENSRC_CHANGES_H

#include <string>
#include <unordered_map>
#include <vector>

#include "common/refusal_codes.h"
#include "gensrc/differ.h"
#include "gensrc/match.h"

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
  std::vector<SignatureChange> signatures;
  // Original symbols of variables that other units can see, and that the
  // patched unit does not have.
  std::vector<SymbolId> gone_variables;
  // Original symbols of local code that only functions in the patch reached,
  // and that their replacements do not reach.
  std::vector<SymbolId> unreached;
};

// One unit and its patched version, with everything found out about them.
struct Comparison {
  const Unit &original;
  const Unit &patched;
  const Matching &matching;
  const DiffOptions &options;
  Allowances &allowed; // the answers to refusals
};

Result<Changes> find_changes(const Comparison &units);

// Refuses what cannot be patched; may add warnings. refusals.cpp
Error check_variables(const Comparison &units, Changes &changes);
Error check_functions(const Comparison &units, const Changes &changes,
                      std::vector<Warning> &warnings);
// Also lists in `changes` what the linking step has to check. signatures.cpp
Error check_signatures(const Comparison &units, const Facts &original,
                       const Facts &patched, Changes &changes);
Error check_same_unit(const Comparison &units);
// staying.cpp
void warn_about_staying(const Comparison &units, const ChangedFunction &change,
                        std::vector<Warning> &warnings);

// "file:line" of a function of the patched unit by its .loc, or empty.
std::string location_of(const Unit &unit, const Function &function);

// `error` is about what `atom` is: adds "file:line" of the function that it
// belongs to, or else the line of the assembly if `name_lines` is set.
Error in_place(const Comparison &units, const Unit &unit, AtomId atom,
               Error error);

bool is_listed(const std::vector<std::string> &names, std::string_view name,
               std::string_view file);

} // namespace care::gensrc

#endif
