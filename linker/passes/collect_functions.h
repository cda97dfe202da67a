// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list of replaced and new functions: .kpatch.info with lengths filled in,
// and for each part of a replaced function what is needed to recognise it in
// memory (.kpatch.sites, .kpatch.original).
#ifndef LIBCARE_LINKER_PASSES_COLLECT_FUNCTIONS_H
#define LIBCARE_LINKER_PASSES_COLLECT_FUNCTIONS_H

#include <string>
#include <vector>

#include "common/result.h"
#include "linker/passes/convert_references.h"

namespace care::linker {

struct PatchedFunction {
  std::string name;
  bool is_new = false;
};

// Uses `converter` to name places; run it after convert_sections(). Refused
// with kpatch-too-short or kpatch-ambiguous-function.
Result<std::vector<PatchedFunction>>
collect_functions(const Places &original, const Places &patched,
                  const Architecture &arch, ReferenceConverter &converter,
                  PatchObject &out);

} // namespace care::linker

#endif
