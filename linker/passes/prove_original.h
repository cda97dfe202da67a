// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The proof that the patched binary holds the original's code and data
// unchanged. Nothing of the patched binary is trusted before it.
#ifndef LIBCARE_LINKER_PASSES_PROVE_ORIGINAL_H
#define LIBCARE_LINKER_PASSES_PROVE_ORIGINAL_H

#include "common/result.h"
#include "linker/correspondence.h"
#include "linker/places.h"

namespace care::linker {

// Refused with kpatch-original-differs, kpatch-import-data or
// kpatch-tls-layout if it cannot be shown.
Result<Correspondence> prove_original(const Places &original,
                                      const Places &patched,
                                      const Architecture &arch);

} // namespace care::linker

#endif
