// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Look-ups in an Object. All are by value or by binary search in what the
// reader sorted; none can fail on a malformed file, because the reader has
// refused those.

#include "linker/object_model.h"

#include <algorithm>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

bool Section::is_allocated() const {
  return flags & llvm::ELF::SHF_ALLOC;
}
bool Section::is_tls() const {
  return flags & llvm::ELF::SHF_TLS;
}
bool Section::is_nobits() const {
  return type == llvm::ELF::SHT_NOBITS;
}
bool Section::is_executable() const {
  return flags & llvm::ELF::SHF_EXECINSTR;
}

std::string Symbol::identity() const {
  std::string text(name);
  if (!version.empty())
    text.append("@").append(version);
  return text;
}

const Section *Object::find_section_at(uint64_t address) const {
  auto after = std::upper_bound(
      sections_by_address.begin(), sections_by_address.end(), address,
      [&](uint64_t value, uint32_t i) { return value < sections[i].address; });
  // Empty sections share the address of the next one: walk over them.
  while (after != sections_by_address.begin()) {
    const Section &section = sections[*--after];
    if (address - section.address < section.size_bytes)
      return &section;
    if (section.size_bytes != 0)
      return nullptr;
  }
  return nullptr;
}

const Section *Object::find_section_at(uint64_t address,
                                       const Symbol *meant) const {
  if (meant && meant->value == address)
    if (const Section *section = find_section_of(*meant))
      return section;
  return find_section_at(address);
}

const Section *Object::find_section(std::string_view name) const {
  auto found = std::find_if(sections.begin(), sections.end(),
                            [&](const Section &s) { return s.name == name; });
  return found == sections.end() ? nullptr : &*found;
}

const Section *Object::find_section_of(const Symbol &symbol) const {
  if (symbol.section == 0 || symbol.section >= sections.size())
    return nullptr;
  const Section &section = sections[symbol.section];
  return section.is_allocated() ? &section : nullptr;
}

const Segment *Object::find_segment(uint32_t type) const {
  auto found = std::find_if(segments.begin(), segments.end(),
                            [&](const Segment &s) { return s.type == type; });
  return found == segments.end() ? nullptr : &*found;
}

std::string_view Object::base_name() const {
  std::string_view path = file.path();
  return path.substr(path.rfind('/') + 1);
}

} // namespace care::linker
