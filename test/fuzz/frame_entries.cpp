// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Unwind tables, as the runtime lists what code they describe, from a section
// and from a file where the section must be found first.

#include "runtime/process/eh_frame.h"

using namespace care::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::span<const uint8_t> bytes(data, size);
  RemoteAddress address(0x7f0000000000);
  std::vector<FrameEntry> entries = parse_frame_entries(bytes, address);
  find_frame_entry(entries, 0x7f0000001000);
  (void)find_eh_frame(bytes, 0x7f0000000000).has_value();
  return 0;
}
