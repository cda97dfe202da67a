// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the symbols of a patch stand for in one process.
#ifndef LIBCARE_RUNTIME_PATCH_SYMBOL_VALUES_H
#define LIBCARE_RUNTIME_PATCH_SYMBOL_VALUES_H

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "common/result.h"
#include "runtime/patch/image.h"
#include "runtime/patch/plan.h"
#include "runtime/process/symbol_lookup.h"

namespace care::runtime {

// What the patches of one object that are applied, and stay, have added to it.
class PatchSymbols {
public:
  PatchSymbols(const Target &target, const LoadedObject &object,
               std::span<const size_t> removals);

  struct Found {
    uint64_t address = 0;
    uint64_t region = 0; // its base
  };
  // Of the newest patch that has it.
  std::optional<Found> find(std::string_view name) const;

private:
  std::map<std::string_view, Found> symbols_;
};

// Sets placement.symbols, placement.tls_module, resolvers and the regions that
// the patch holds. Symbols are looked up as the dynamic linker does it, then in
// `patches`. Refused with the symbol's name if one cannot be had.
Error resolve_symbols(const SymbolLookup &lookup, const PatchSymbols &patches,
                      PlannedPatch &planned);

} // namespace care::runtime

#endif
