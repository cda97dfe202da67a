// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the symbols of a patch stand for in one process.
#ifndef LIBCARE_RUNTIME_PATCH_SYMBOL_VALUES_H
#define LIBCARE_RUNTIME_PATCH_SYMBOL_VALUES_H

#include "common/result.h"
#include "runtime/patch/image.h"
#include "runtime/patch/plan.h"
#include "runtime/process/symbol_lookup.h"

namespace care::runtime {

// Sets placement.symbols, placement.tls_module and resolvers. Refused with the
// symbol's name if one cannot be had.
Error resolve_symbols(const SymbolLookup &lookup, PlannedPatch &planned);

} // namespace care::runtime

#endif
