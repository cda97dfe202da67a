// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The facts side file. What can be read comes out the same when it is written
// and read again.

#include <cstdlib>

#include "common/allowances.h"
#include "common/compilation.h"
#include "common/facts.h"

using namespace care;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view text(reinterpret_cast<const char *>(data), size);
  Result<Facts> facts = parse_facts(text);
  if (!facts)
    return 0;
  std::string once = format_facts(*facts);
  Result<Facts> again = parse_facts(once);
  if (!again || format_facts(*again) != once)
    abort();
  Allowances allowed;
  (void)static_cast<bool>(compare_compilation(*facts, *again, allowed));
  (void)describe_macro_change(*facts, *again, allowed).size();
  return 0;
}
