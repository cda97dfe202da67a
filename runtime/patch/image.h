// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory that a patch gets in the target, as layout and bytes.
//
//   guard   one page without access, so that the region never melts into a
//           neighbouring mapping and starts a line of its own in the maps
//   header  PatchHeader, journal (journal.h)                      r--
//   text    .kpatch.text, far stubs                               r-x
//   rodata  .kpatch.rodata, .kpatch.eh_frame, GOT, relro ...      r--
//   data    .kpatch.data, storage for the unwinder, .kpatch.bss   rw-
//
// Nothing here talks to a process. The two steps are apart because they need
// different knowledge: plan_layout() only the file; build_image() the values of
// the symbols and the address that the region got. Offsets count from the
// header, so the base address is that of the header.
#ifndef LIBCARE_RUNTIME_PATCH_IMAGE_H
#define LIBCARE_RUNTIME_PATCH_IMAGE_H

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "runtime/patch/patch_file.h"
#include "runtime/patch/relocation.h"

namespace care::runtime {

struct ImageSegment {
  uint64_t offset = 0;
  uint64_t size_bytes = 0; // a multiple of the page size, possibly 0
  int protection = 0;      // PROT_*
};

struct ImageLayout {
  uint64_t page_size = 0;
  uint64_t size_bytes = 0; // without the guard page
  ImageSegment header, text, rodata, data;
  uint64_t journal_offset = 0;
  // By section index; nothing for sections that do not go to the target.
  std::vector<std::optional<uint64_t>> section_offsets;
  // Offset of the (first) slot for what the symbol is used as. TlsModule has
  // one pair for the object, under symbol 0.
  std::map<std::pair<SymbolUse, uint32_t>, uint64_t> slots;
  std::map<uint32_t, uint64_t> far_stubs; // by symbol
  uint64_t got_offset = 0;
  std::optional<uint64_t> eh_frame_offset;
  uint64_t unwinder_storage_offset = 0;
  uint64_t text_size_bytes = 0; // used part of the text segment
};

// Room for what the unwinder wants to remember about one .eh_frame (six words
// in every libgcc so far).
constexpr uint64_t unwinder_storage_size = 128;

// `journal_size` is what the journal of this patch needs, see journal.h.
Result<ImageLayout> plan_layout(const PatchFile &patch, uint64_t journal_size);

// What a symbol of the patch stands for in one process. For symbols that are
// in a section of the patch nothing is needed.
struct SymbolValue {
  uint64_t address = 0;
  uint64_t tls_module = 0;    // id for __tls_get_addr
  uint64_t tls_offset = 0;    // in the module's block
  uint64_t tls_tp_offset = 0; // from the thread pointer, initial-exec model
};

// For each symbol, the ways in which relocations use it: bit 1 << SymbolUse.
std::vector<uint32_t> find_symbol_uses(const PatchFile &patch);
constexpr uint32_t use_bit(SymbolUse use) {
  return uint32_t{1} << static_cast<unsigned>(use);
}

struct Placement {
  uint64_t base = 0;                // of the header in the target
  uint64_t load_bias = 0;           // of the object that is patched
  uint64_t tls_module = 0;          // of the object that is patched
  std::vector<SymbolValue> symbols; // by symbol index
};

// The bytes from the header on; the header and journal part is zero.
Result<std::vector<uint8_t>> build_image(const PatchFile &patch,
                                         const ImageLayout &layout,
                                         const Placement &placement);

// The content of a section that does not go to the target, relocated.
Result<std::vector<uint8_t>> relocate_section(const PatchFile &patch,
                                              const ImageLayout &layout,
                                              const Placement &placement,
                                              size_t section);

// Does the patch take the address of its own code other than to call it?
bool takes_code_address(const PatchFile &patch);

// Must every address of the region be below 2 GiB (code of a program linked at
// a fixed address may hold 32-bit addresses of the patch)?
bool needs_low_address(const PatchFile &patch);

} // namespace care::runtime

#endif
