// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A .kpatch file, read and verified.
//
// PatchFile::open() accepts a file only when everything that later steps index
// into was checked: header fields, checksum, section table, symbol table,
// relocations (offset, symbol), the fixed-size records. Code that works with a
// PatchFile afterwards needs no bounds checks of its own. Views and spans point
// into the mapped file and live as long as the PatchFile.
//
// The layout is described in docs/patch-format.md, section 3.
#ifndef LIBCARE_RUNTIME_PATCH_PATCH_FILE_H
#define LIBCARE_RUNTIME_PATCH_PATCH_FILE_H

#include <cstdint>
#include <elf.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/mapped_file.h"
#include "common/patch_format.h"
#include "common/result.h"

namespace care::runtime {

struct PatchSection {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0;
  uint64_t address = 0; // of an original section: its sh_addr
  uint64_t size_bytes = 0;
  uint64_t alignment = 1;
  uint32_t link = 0;
  uint32_t info = 0;
  std::span<const uint8_t> content; // empty for SHT_NOBITS

  // Part of the patch, as opposed to a section of the original that is only
  // there to be referred to.
  bool is_of_patch() const { return name.starts_with(".kpatch."); }
};

struct PatchSymbol {
  std::string_view name;    // without the version
  std::string_view version; // empty if there is none
  uint64_t value = 0;
  uint64_t size_bytes = 0;
  uint8_t type = 0;     // STT_*
  uint8_t binding = 0;  // STB_*
  uint16_t section = 0; // index, SHN_UNDEF or SHN_ABS

  bool is_import() const { return section == 0; }
};

struct PatchRelocation {
  uint64_t offset = 0;
  uint32_t type = 0;
  uint32_t symbol = 0; // index, checked
  int64_t addend = 0;
};

// The relocations of one .kpatch.* section.
struct PatchRelocations {
  size_t section = 0; // the section that they change
  std::vector<PatchRelocation> entries;
};

class PatchFile {
public:
  static Result<PatchFile> open(const std::string &path);

  const std::string &path() const { return file_.path(); }
  const PatchHeader &header() const { return header_; }
  std::string_view id() const { return header_.id; }
  std::string_view build_id() const { return header_.build_id; }
  uint16_t machine() const { return machine_; }
  // The level that a storage gives the patch; 0 without one.
  uint32_t level() const { return header_.patch_level; }
  void set_level(uint32_t level) { header_.patch_level = level; }
  // CRC-32 of the ELF image, whether the header records it or not. Names the
  // content: two patches of the same id may differ.
  uint32_t content_checksum() const { return content_checksum_; }

  const std::vector<PatchSection> &sections() const { return sections_; }
  const std::vector<PatchSymbol> &symbols() const { return symbols_; }
  const std::vector<PatchRelocations> &relocations() const {
    return relocations_;
  }
  // Index of the section of this name.
  std::optional<size_t> find_section(std::string_view name) const;
  // Number of PatchInfo records, the terminator not counted.
  size_t info_count() const { return info_count_; }
  size_t site_count() const { return site_count_; }
  // Symbol as it reads in messages: 'name', or the section's name.
  std::string describe_symbol(size_t index) const;

private:
  explicit PatchFile(MappedFile file) : file_(std::move(file)) {}
  Error read_header();
  Error read_elf();
  Error read_sections();
  Error read_section_names(std::span<const Elf64_Shdr> raw);
  Error check_checksum(std::span<const Elf64_Shdr> raw);
  Error read_symbols();
  Error read_relocations();
  Error check_records();

  MappedFile file_;
  PatchHeader header_{};
  std::span<const uint8_t> elf_; // from elf_offset to the end of the file
  uint16_t machine_ = 0;
  uint32_t content_checksum_ = 0;
  std::vector<PatchSection> sections_;
  std::vector<PatchSymbol> symbols_;
  std::vector<PatchRelocations> relocations_;
  size_t info_count_ = 0;
  size_t site_count_ = 0;
};

} // namespace care::runtime

#endif
