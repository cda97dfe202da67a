// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The relocatable object inside a .kpatch file, being built: sections and
// symbols refer to each other by index here, the writer orders and numbers
// them. docs/patch-format.md, section 3, says what may be in it.
#ifndef LIBCARE_LINKER_PATCH_OBJECT_H
#define LIBCARE_LINKER_PATCH_OBJECT_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "linker/object_model.h"

namespace care::linker {

struct PatchRelocation {
  uint64_t offset = 0;
  uint32_t type = 0;
  uint32_t symbol = 0; // index into PatchObject::symbols
  int64_t addend = 0;
};

struct PatchSection {
  std::string name;
  uint32_t type = 0;
  uint64_t flags = 0;
  uint64_t address = 0; // of an original section, in the original binary
  uint64_t size_bytes = 0;
  uint64_t alignment = 1;
  std::vector<uint8_t> bytes; // empty for SHT_NOBITS
  std::vector<PatchRelocation> relocations = {};
};

struct PatchSymbol {
  static constexpr uint32_t undefined = ~uint32_t{0};

  std::string name;
  uint64_t value = 0;
  uint64_t size_bytes = 0;
  uint8_t type = 0;
  uint8_t binding = 0;
  uint8_t visibility = 0;
  uint32_t section = undefined; // index into PatchObject::sections

  friend auto operator<=>(const PatchSymbol &, const PatchSymbol &) = default;
};

class PatchObject {
public:
  uint16_t e_machine = 0;
  std::vector<PatchSection> sections;
  std::vector<PatchSymbol> symbols;

  // Indices. An equal symbol is added once.
  uint32_t add_section(PatchSection section);
  uint32_t add_symbol(const PatchSymbol &symbol);
  uint32_t section_symbol(uint32_t section);
  // The SHT_NOBITS section that stands for a section of the original.
  uint32_t original_section(const Object &original, uint32_t index);
  PatchSection *find_section(std::string_view name);

private:
  std::map<PatchSymbol, uint32_t> symbol_indices_;
  std::map<uint32_t, uint32_t> original_sections_;
};

} // namespace care::linker

#endif
