// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The assembly parser and the whole differ. An input is two texts with a line
// of '=' between them; without one, the text is compared with itself, which
// must give that text again and no change.

#include <cstdlib>

#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"

using namespace care;
using namespace care::gensrc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  constexpr std::string_view between = "\n=====\n";
  size_t end = text.find(between);
  std::string_view original = text.substr(0, end), patched = original;
  if (end != text.npos)
    patched = text.substr(end + between.size());
  DebugFilter filter;
  filter.debug_info = filter.eh_frame = filter.cfi = true;
  (void)filter_debug(patched, filter).size();
  DiffOptions options;
  options.unit_name = "unit.s";
  Result<DiffResult> result = diff_assembly(original, patched, options);
  if (!result)
    return 0;
  bool is_same = original == patched;
  if (is_same && (result->changed || result->merged != original))
    abort();
  (void)format_report(*result).size();
  return 0;
}
