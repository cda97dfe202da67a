// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The post-link pass as a whole: from an original and a patched binary to the
// patch object.
#ifndef LIBCARE_LINKER_LINK_H
#define LIBCARE_LINKER_LINK_H

#include <string>
#include <vector>

#include "common/result.h"
#include "linker/object_model.h"
#include "linker/passes/collect_functions.h"

namespace care::linker {

struct LinkedPatch {
  bool is_unchanged = false; // no patch: the binaries hold the same code
  // No patch, because only functions and variables were added: the original's
  // code does not know them.
  bool replaces_nothing = false;
  std::vector<uint8_t> image = {}; // ET_REL
  std::vector<PatchedFunction> functions = {};
  std::vector<std::string> imports =
      {}; // names, without versions; no weak ones
  // Of LinkOptions::allow_active: the patch does not replace them.
  std::vector<std::string> not_replaced = {};
  // CODE:SYMBOL, the answers to refusals that this patch rests on; those of
  // the units included.
  std::vector<std::string> allowed = {};
};

struct LinkOptions {
  // Libraries that the processes have although the original does not name them.
  std::vector<std::string> loaded = {};
  // Functions whose old and new code may run side by side.
  std::vector<std::string> allow_active = {};
  // Answers to refusals, CODE:SYMBOL.
  std::vector<std::string> allow = {};
};

// The answers that a patched binary or a patch object records.
std::vector<std::string> read_allowed(const Object &object);

// Both stay unmodified. Refusals carry a kpatch-... code, docs/refusals.md.
Result<LinkedPatch> link_patch(const Object &original, const Object &patched,
                               const LinkOptions &options = {});

} // namespace care::linker

#endif
