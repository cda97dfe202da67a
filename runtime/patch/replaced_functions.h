// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that a patch replaces, and those that it adds, as its records
// and symbols tell. Before any region exists: offsets count from the header of
// the region that will be.
#ifndef LIBCARE_RUNTIME_PATCH_REPLACED_FUNCTIONS_H
#define LIBCARE_RUNTIME_PATCH_REPLACED_FUNCTIONS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "runtime/patch/image.h"

namespace care::runtime {

// A part of an original function that has to be as it was.
struct OriginalPart {
  uint64_t address = 0; // in the target
  uint32_t length = 0;
  bool is_entry = false;
  std::vector<uint8_t> bytes; // empty: not recorded (LibcarePlus)
};

// A function that the patch replaces.
struct ReplacedFunction {
  std::string name;
  uint64_t original_address = 0; // in the target
  uint32_t original_length = 0;
  uint64_t replacement_offset = 0; // in the region
  uint32_t replacement_length = 0;
  bool may_be_active = false; // old and new code may run side by side
  std::vector<OriginalPart> parts;
  // Further parts of the replacement (`.cold`): offset and length.
  std::vector<std::pair<uint64_t, uint64_t>> replacement_parts;
};

// Of `placement` the load bias counts, and what symbols of the object stand
// for.
Result<std::vector<ReplacedFunction>>
read_functions(const PatchFile &patch, const ImageLayout &layout,
               const Placement &placement);

// A function or variable that is new in the patch, for later patches to refer
// to.
struct ExportedSymbol {
  std::string_view name;
  uint64_t offset = 0; // in the region
};
std::vector<ExportedSymbol> find_exports(const PatchFile &patch,
                                         const ImageLayout &layout);

} // namespace care::runtime

#endif
