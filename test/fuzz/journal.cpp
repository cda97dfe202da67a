// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A journal, as it is read from the memory of a process that may hold anything.
// One that can be read comes out the same when it is written and read again.

#include <cstdlib>

#include "runtime/patch/journal.h"

using namespace care;
using namespace care::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const uint8_t> bytes(data, size);
  if (size >= journal_peek_size)
    (void)find_journal_end(bytes.first(journal_peek_size)).has_value();
  (void)decode_journal(bytes).has_value();
  return 0;
}
