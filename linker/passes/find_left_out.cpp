// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// With --gc-sections, a function that nobody calls is not in the binary: its
// callers have it inline, or are not there themselves. In the patched link it
// is kept, because the records of the patch refer to it. There is nothing to
// replace then, and what in the patch refers to the function means the
// replacement.
//
// That a function has no counterpart in the original is no proof; that the
// original has symbols, and none of that name, is.

#include "linker/passes/find_left_out.h"

#include <algorithm>

#include "common/patch_format.h"
#include "linker/passes/read_records.h"
#include "linker/twin.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static bool is_function(const Symbol &symbol) {
  return !symbol.is_undefined() &&
         (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC);
}

// Static functions of one name are told apart by the file.
static bool has_function_like(const Object &original, const Symbol &symbol) {
  return std::any_of(
      original.symbols.begin(), original.symbols.end(), [&](const Symbol &s) {
        bool may_be_other = s.binding == STB_LOCAL &&
                            symbol.binding == STB_LOCAL &&
                            s.file != symbol.file;
        return is_function(s) && s.name == symbol.name && !may_be_other;
      });
}

static bool is_absent(const Object &original, const Object &patched,
                      uint64_t address) {
  bool has_name = false;
  for (const Symbol &symbol : patched.symbols) {
    if (!is_function(symbol) || symbol.value != address ||
        symbol.name.find(".kpatchref.") != std::string_view::npos)
      continue;
    has_name = true;
    if (has_function_like(original, symbol) ||
        find_twin(original, patched, symbol))
      return false;
  }
  return has_name && original.symbols.size() > 1;
}

Result<std::map<uint64_t, uint64_t>>
find_left_out(const Places &original, const Places &patched,
              const TargetFinder &targets) {
  Result<PatchRecords> records =
      read_records(original, patched, targets.ranges());
  if (!records)
    return records.take_error();
  std::map<uint64_t, uint64_t> left_out;
  for (const FunctionRecord &record : records->functions)
    if (record.function != 0 &&
        !targets.original_address(record.function, nullptr) &&
        ((record.flags & info_weak) ||
         is_absent(original.object(), patched.object(), record.function)))
      left_out.emplace(record.function, record.replacement);
  return left_out;
}

} // namespace care::linker
