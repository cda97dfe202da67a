// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which functions an .eh_frame section in the target describes. For sections
// without the sorted table that linkers make (.eh_frame_hdr).
#ifndef LIBCARE_RUNTIME_PROCESS_EH_FRAME_H
#define LIBCARE_RUNTIME_PROCESS_EH_FRAME_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct FrameEntry {
  AddressRange code;
  RemoteAddress fde;
};

// Ascending. The section ends at a zero length or at `section.end`. What is
// malformed, or encoded in a way that no assembler for code in one piece uses,
// is left out.
std::vector<FrameEntry> parse_frame_entries(std::span<const uint8_t> bytes,
                                            RemoteAddress address);
std::vector<FrameEntry> read_frame_entries(const RemoteMemory &memory,
                                           AddressRange section);

// The .eh_frame section that an object's file tells, in the target's memory.
// For static programs, which GCC links without the sorted table.
std::optional<AddressRange> find_eh_frame(std::span<const uint8_t> file,
                                          uint64_t load_bias);

const FrameEntry *find_frame_entry(std::span<const FrameEntry> entries,
                                   uint64_t pc);

} // namespace care::runtime

#endif
