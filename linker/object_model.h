// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One linked ELF file as the passes see it: sections, symbols with their
// versions, the relocations that --emit-relocs kept, and what the dynamic
// linker will do. Filled by reader.cpp, immutable afterwards. Names and bytes
// point into the mapped file, which the object owns.
#ifndef LIBCARE_LINKER_OBJECT_MODEL_H
#define LIBCARE_LINKER_OBJECT_MODEL_H

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/mapped_file.h"

namespace care::linker {

struct Section {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0;
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  uint64_t alignment = 1;
  uint64_t entry_size = 0;
  uint32_t link = 0;
  uint32_t info = 0;
  std::span<const uint8_t> bytes; // empty for SHT_NOBITS

  bool is_allocated() const;
  bool is_tls() const;
  bool is_nobits() const;
  bool is_executable() const;
  bool is_patch() const { return name.starts_with(".kpatch."); }
  // Does the section hold `address`, its end included?
  bool reaches(uint64_t where) const {
    return where >= address && where - address <= size_bytes;
  }
};

struct Symbol {
  std::string_view name;    // without a version
  std::string_view version; // empty: none
  std::string_view library; // that the version is needed from; or empty
  std::string_view file;    // of the STT_FILE symbol before it; locals only
  uint64_t value = 0;
  uint64_t size_bytes = 0;
  uint32_t section = 0; // index, or SHN_UNDEF, SHN_ABS, SHN_COMMON
  uint8_t type = 0;
  uint8_t binding = 0;
  uint8_t visibility = 0;

  bool is_undefined() const { return section == 0; }
  // NAME or NAME@VERSION, as an import is written in a patch.
  std::string identity() const;
};

// A relocation of --emit-relocs; `address` is the field's own.
struct Relocation {
  uint64_t address = 0;
  uint32_t type = 0;
  uint32_t symbol = 0; // index into Object::symbols
  int64_t addend = 0;
};

// What the dynamic linker does to one place; `symbol` indexes dynamic_symbols
// and is 0 if there is none.
struct DynamicRelocation {
  uint32_t type = 0;
  uint32_t symbol = 0;
  int64_t addend = 0;
};

struct Segment {
  uint32_t type = 0;
  uint64_t address = 0;
  uint64_t size_bytes = 0; // in memory
  uint64_t alignment = 1;
};

struct Object {
  explicit Object(MappedFile content) : file(std::move(content)) {}

  MappedFile file;
  uint16_t e_type = 0;
  uint16_t e_machine = 0;
  std::vector<Section> sections;
  // Both begin with the null symbol, even if the file has no such table.
  std::vector<Symbol> symbols;
  std::vector<Symbol> dynamic_symbols;
  std::vector<Segment> segments;
  std::map<uint64_t, DynamicRelocation> dynamic_relocations; // by address
  // By index of the section that they change, sorted by address.
  std::unordered_map<uint32_t, std::vector<Relocation>> relocations;
  std::string build_id;                 // lower case hex; empty: no note
  std::vector<std::string_view> needed; // names of DT_NEEDED

  // The allocated section that holds `address`; thread-local zero data has no
  // addresses of its own and is never found. Null: none.
  const Section *find_section_at(uint64_t address) const;
  // The same; where two sections adjoin, that of `meant`, a symbol with this
  // value, if there is one (else null).
  const Section *find_section_at(uint64_t address, const Symbol *meant) const;
  const Section *find_section(std::string_view name) const;
  // Null for SHN_ABS and the like, and for sections without memory.
  const Section *find_section_of(const Symbol &symbol) const;
  uint32_t index_of(const Section &section) const {
    return static_cast<uint32_t>(&section - sections.data());
  }
  const Segment *find_segment(uint32_t type) const;
  std::string_view base_name() const;

  // Allocated sections with addresses, sorted. Filled by the reader.
  std::vector<uint32_t> sections_by_address;
};

} // namespace care::linker

#endif
