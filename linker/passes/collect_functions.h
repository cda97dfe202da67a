// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list of replaced and new functions: .kpatch.info with lengths filled in,
// and for each part of a replaced function what is needed to recognise it in
// memory (.kpatch.sites, .kpatch.original).
#ifndef LIBCARE_LINKER_PASSES_COLLECT_FUNCTIONS_H
#define LIBCARE_LINKER_PASSES_COLLECT_FUNCTIONS_H

#include <string>
#include <vector>

#include "common/allowances.h"
#include "common/result.h"
#include "linker/target_finder.h"

namespace care::linker {

struct PatchedFunction {
  std::string name;
  bool is_new = false;
  uint64_t original_size_bytes = 0; // without further parts; 0: new
  uint64_t size_bytes = 0;
  std::string unit = {}; // that it was compiled in, as in .patched.changes
};

// Uses `targets` to name places; run it after convert_sections(). Refused
// with kpatch-missing-symbol, kpatch-too-short or kpatch-ambiguous-function,
// and as check_folding, check_signatures and check_entry_bytes refuse.
Result<std::vector<PatchedFunction>>
collect_functions(const Places &original, const Places &patched,
                  const Architecture &arch, TargetFinder &targets,
                  Allowances &allowed, PatchObject &out);

} // namespace care::linker

#endif
