// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The .kpatch file as bytes. Full description: docs/patch-format.md. The
// header and the info record are those that LibcarePlus documents; sections
// that it does not know are our extensions and are skipped by it.
#ifndef LIBCARE_COMMON_PATCH_FORMAT_H
#define LIBCARE_COMMON_PATCH_FORMAT_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace care {

struct PatchHeader {
  char magic[8]; // "KPATCH1\0"
  char id[8];    // at most 7 characters and NUL
  uint8_t flags;
  uint8_t safety_method;
  uint8_t pad_18[6];
  char module_name[64];
  char build_id[41]; // of the target object, lower case hex, NUL
  uint8_t pad_129[7];
  uint64_t build_time; // seconds since 1970
  uint32_t checksum;   // CRC-32 (zlib) of the ELF image; 0: not recorded
  uint32_t relocation_count;
  uint32_t elf_offset; // 504
  uint32_t elf_offset_again;
  uint32_t total_size;        // header and ELF, rounded up to 16
  uint32_t jump_table_offset; // from here to patch_level: filled in the
  uint32_t loaded_elf_offset; // target's memory
  uint64_t region_size_bytes;
  uint32_t undo_offset;
  uint32_t info_offset;
  uint32_t patch_level;
  uint8_t pad_196[52];
  char text[25]; // unused
  uint8_t free[231];
};
static_assert(sizeof(PatchHeader) == 504);
static_assert(offsetof(PatchHeader, id) == 8);
static_assert(offsetof(PatchHeader, module_name) == 24);
static_assert(offsetof(PatchHeader, build_id) == 88);
static_assert(offsetof(PatchHeader, build_time) == 136);
static_assert(offsetof(PatchHeader, checksum) == 144);
static_assert(offsetof(PatchHeader, elf_offset) == 152);
static_assert(offsetof(PatchHeader, total_size) == 160);
static_assert(offsetof(PatchHeader, region_size_bytes) == 176);
static_assert(offsetof(PatchHeader, patch_level) == 192);
static_assert(offsetof(PatchHeader, text) == 248);
static_assert(offsetof(PatchHeader, free) == 273);

// In `free`, behind the mark and the version: texts, each ended by NUL
// (.kpatch.allowed), as many as there is room for; "..." stands for more.
constexpr size_t allowed_offset = 8;

constexpr char patch_magic[8] = {'K', 'P', 'A', 'T', 'C', 'H', '1', 0};
constexpr size_t patch_id_max = 7;

// One entry of .kpatch.info. Addresses are set by relocations.
struct PatchInfo {
  uint64_t original_address;    // 0: a new function
  uint64_t replacement_address; //
  uint32_t original_length;     // 0: a new function
  uint32_t replacement_length;
  uint64_t name; // into .kpatch.strtab
  uint64_t zero_32;
  uint32_t flags;
  uint32_t zero_44;
};
static_assert(sizeof(PatchInfo) == 48);
// PatchInfo::flags: old and new code of this function may run side by side. The
// lower bits are those of LibcarePlus.
constexpr uint32_t info_allow_active = 0x10000;
// In assembly and the linked binary only: a weak function, which another one of
// that name may have taken the place of before --gc-sections.
constexpr uint32_t info_weak = 0x20000;
constexpr size_t patch_info_terminator_size = 24; // zero bytes at the end

// One entry of .kpatch.sites, our extension: a part of an original function
// that must be as it was and must not be running. For every replaced function
// the part that starts at its entry, and one for each further part (.cold).
struct PatchSite {
  uint64_t address;      // set by a relocation
  uint32_t length;       // bytes
  uint32_t info_index;   // of the function in .kpatch.info
  uint32_t flags;        // site_is_entry or 0
  uint32_t bytes_offset; // of the original bytes in .kpatch.original
};
static_assert(sizeof(PatchSite) == 24);
constexpr uint32_t site_is_entry = 1;

namespace section {
constexpr std::string_view text = ".kpatch.text";
constexpr std::string_view rodata = ".kpatch.rodata";
constexpr std::string_view relro = ".kpatch.data.rel.ro";
constexpr std::string_view data = ".kpatch.data";
constexpr std::string_view bss = ".kpatch.bss";
constexpr std::string_view eh_frame = ".kpatch.eh_frame";
constexpr std::string_view except_table = ".kpatch.gcc_except_table";
constexpr std::string_view strtab = ".kpatch.strtab";
constexpr std::string_view info = ".kpatch.info";
constexpr std::string_view sites = ".kpatch.sites";
constexpr std::string_view original = ".kpatch.original";
constexpr std::string_view allowed = ".kpatch.allowed";
// In assembly and the linked binary only.
constexpr std::string_view parts = ".kpatch.parts";
constexpr std::string_view aliases = ".kpatch.aliases";
constexpr std::string_view signatures = ".kpatch.signatures";
// Only in objects for link-time optimisation: where the unit's side files are.
constexpr std::string_view side_files = ".kpatch.side_files";
} // namespace section

// Local label in front of a unit's functions in .kpatch.text, in assembly and
// the linked binary only: this and 16 hex digits that tell units apart.
constexpr std::string_view unit_marker = "kpatchunit.";

} // namespace care

#endif
