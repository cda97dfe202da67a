// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The assembly parser and the whole differ. An input is two texts with a line
// of '=' between them. A text without one is compared with itself below an
// empty line (equal texts are not even parsed), which must not give a changed
// function.

#include <cstdlib>

#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"

using namespace care;
using namespace care::gensrc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  constexpr std::string_view between = "\n=====\n";
  size_t end = text.find(between);
  bool is_same = end == text.npos;
  std::string_view original = text.substr(0, end);
  std::string patched = is_same ? "\n" : "";
  patched += is_same ? original : text.substr(end + between.size());
  DebugFilter filter;
  filter.debug_info = filter.eh_frame = filter.cfi = true;
  (void)filter_debug(patched, filter).size();
  DiffOptions options;
  options.unit_name = "unit.s";
  Result<DiffResult> result = diff_assembly(original, patched, options);
  if (!result)
    return 0;
  if (is_same && !result->changes.functions.empty())
    abort();
  (void)format_report(result->changes).size();
  return 0;
}
