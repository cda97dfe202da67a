// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What debuggers and profilers need to follow patched code: tools outside of
// the process read symbols and unwind tables from files, and the code of a
// patch is in none. From the region of a patch in the target this makes
//
//   an ELF file at the addresses of the region: the code, its .eh_frame, and a
//   symbol for every function (gdb: add-symbol-file)
//   the lines of a perf map: address, size, name (perf: /tmp/perf-PID.map)
//
// Functions that the patch adds have no name in the journal. They are found in
// .eh_frame and named by patch and offset, so that no tool gives their code to
// the function in front of them.
#ifndef LIBCARE_RUNTIME_PATCH_SYMBOL_FILE_H
#define LIBCARE_RUNTIME_PATCH_SYMBOL_FILE_H

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct CodeSymbol {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  std::string name;
};

// A copy of what the region holds.
struct PatchCode {
  uint16_t machine = 0; // e_machine
  uint64_t text_address = 0;
  std::vector<uint8_t> text;
  uint64_t eh_frame_address = 0;   // meaningless if eh_frame is empty
  std::vector<uint8_t> eh_frame;   // terminator included
  std::vector<CodeSymbol> symbols; // ascending
};

Result<PatchCode> read_patch_code(const RemoteMemory &memory,
                                  const PatchRegion &region);

// An ELF file of type ET_EXEC without segments (gABI, chapter 4).
std::vector<uint8_t> make_symbol_file(const PatchCode &code);

// One line for each symbol, as tools/perf/Documentation/jit-interface.txt of
// the kernel sources has it. `origin` follows every name in brackets.
std::string make_perf_map(const PatchCode &code, const std::string &origin);

} // namespace care::runtime

#endif
