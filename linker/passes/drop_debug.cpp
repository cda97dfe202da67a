// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loaded contents keep their file offsets, so that the program headers stay
// true. Behind them come the sections that are not loaded, without .debug*,
// .comment and their relocations, whose headers become SHT_NULL: no index
// changes, so no symbol and no link between sections has to be renumbered.

#include "linker/passes/drop_debug.h"

#include <algorithm>
#include <cstring>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static bool is_debug(std::string_view name) {
  return name.starts_with(".debug") || name.starts_with(".zdebug") ||
         name.starts_with(".rela.debug") || name.starts_with(".rela.zdebug") ||
         name == ".comment" || name == ".gdb_index";
}

std::vector<uint8_t> drop_debug(const Object &object) {
  std::span<const uint8_t> in = object.file.bytes();
  Elf64_Ehdr header; // the reader has checked what it says
  memcpy(&header, in.data(), sizeof header);
  std::vector<Elf64_Shdr> sections(object.sections.size());
  memcpy(sections.data(), in.data() + header.e_shoff,
         sections.size() * sizeof(Elf64_Shdr));

  uint64_t loaded_end = sizeof header;
  if (header.e_phnum != 0)
    loaded_end = header.e_phoff + uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  for (const Elf64_Shdr &section : sections)
    if ((section.sh_flags & SHF_ALLOC) && section.sh_type != SHT_NOBITS)
      loaded_end = std::max(loaded_end, section.sh_offset + section.sh_size);
  std::vector<uint8_t> out(in.begin(),
                           in.begin() + static_cast<int64_t>(loaded_end));

  auto align = [&](uint64_t alignment) {
    alignment = std::max<uint64_t>(alignment, 1);
    out.resize((out.size() + alignment - 1) / alignment * alignment);
  };
  for (size_t i = 1; i < sections.size(); ++i) {
    Elf64_Shdr &section = sections[i];
    if (section.sh_flags & SHF_ALLOC)
      continue;
    if (is_debug(object.sections[i].name)) {
      section = {};
      continue;
    }
    align(section.sh_addralign);
    std::span<const uint8_t> bytes = object.sections[i].bytes;
    section.sh_offset = out.size();
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  align(8);
  header.e_shoff = out.size();
  out.resize(out.size() + sections.size() * sizeof(Elf64_Shdr));
  memcpy(out.data() + header.e_shoff, sections.data(),
         sections.size() * sizeof(Elf64_Shdr));
  memcpy(out.data(), &header, sizeof header);
  return out;
}

} // namespace care::linker
