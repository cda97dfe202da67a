// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the tables of a patch object. Nothing here fails.

#include "linker/patch_object.h"

#include <algorithm>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

uint32_t PatchObject::add_section(PatchSection section) {
  sections.push_back(std::move(section));
  return static_cast<uint32_t>(sections.size() - 1);
}

uint32_t PatchObject::add_symbol(const PatchSymbol &symbol) {
  auto next = static_cast<uint32_t>(symbols.size());
  auto [found, is_new] = symbol_indices_.try_emplace(symbol, next);
  if (is_new)
    symbols.push_back(symbol);
  return found->second;
}

uint32_t PatchObject::section_symbol(uint32_t section) {
  PatchSymbol symbol;
  symbol.type = llvm::ELF::STT_SECTION;
  symbol.section = section;
  return add_symbol(symbol);
}

uint32_t PatchObject::original_section(const Object &original, uint32_t index) {
  auto found = original_sections_.find(index);
  if (found != original_sections_.end())
    return found->second;
  const Section &section = original.sections[index];
  uint64_t kept_flags = llvm::ELF::SHF_ALLOC | llvm::ELF::SHF_WRITE |
                        llvm::ELF::SHF_EXECINSTR | llvm::ELF::SHF_TLS;
  PatchSection copy;
  copy.name = section.name;
  copy.type = llvm::ELF::SHT_NOBITS;
  copy.flags = section.flags & kept_flags;
  copy.address = section.address;
  copy.size_bytes = section.size_bytes;
  copy.alignment = section.alignment;
  uint32_t added = add_section(std::move(copy));
  original_sections_[index] = added;
  return added;
}

PatchSection *PatchObject::find_section(std::string_view name) {
  auto found =
      std::find_if(sections.begin(), sections.end(),
                   [&](const PatchSection &s) { return s.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

} // namespace care::linker
