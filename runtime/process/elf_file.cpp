// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The headers are copied out of the file, in which they may be unaligned.

#include "runtime/process/elf_file.h"

#include <algorithm>

namespace care::runtime {

std::string_view string_at(std::span<const uint8_t> strings, uint64_t offset) {
  if (offset >= strings.size())
    return "";
  const char *start = reinterpret_cast<const char *>(&strings[offset]);
  return {start, strnlen(start, strings.size() - offset)};
}

bool is_program_or_library(const Elf64_Ehdr &header) {
  return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_DATA] == ELFDATA2LSB &&
         (header.e_type == ET_EXEC || header.e_type == ET_DYN);
}

template <typename T>
static std::vector<T> read_headers(std::span<const uint8_t> bytes,
                                   uint64_t offset, size_t count,
                                   size_t entry_size) {
  std::vector<T> headers;
  if (entry_size != sizeof(T))
    return headers;
  for (size_t i = 0; i < count; ++i)
    if (std::optional<T> header = value_at<T>(bytes, offset + i * sizeof(T)))
      headers.push_back(*header);
  return headers;
}

ElfFile::ElfFile(std::span<const uint8_t> bytes) : bytes_(bytes) {
  std::optional<Elf64_Ehdr> header = value_at<Elf64_Ehdr>(bytes, 0);
  if (!header || !is_program_or_library(*header) ||
      header->e_ident[EI_CLASS] != ELFCLASS64)
    return;
  segments_ = read_headers<Elf64_Phdr>(bytes, header->e_phoff, header->e_phnum,
                                       header->e_phentsize);
  sections_ = read_headers<Elf64_Shdr>(bytes, header->e_shoff, header->e_shnum,
                                       header->e_shentsize);
  if (header->e_shstrndx < sections_.size())
    section_names_ = content_of(sections_[header->e_shstrndx]);
}

const Elf64_Shdr *ElfFile::find_section(std::string_view name) const {
  // No further than that: each of many sections may have the same long name.
  auto is_named = [&](const Elf64_Shdr &section) {
    std::span<const uint8_t> names = section_names_;
    names = names.first(std::min<uint64_t>(
        names.size(), uint64_t{section.sh_name} + name.size() + 1));
    return string_at(names, section.sh_name) == name;
  };
  auto found = std::find_if(sections_.begin(), sections_.end(), is_named);
  return found != sections_.end() ? &*found : nullptr;
}

std::span<const uint8_t> ElfFile::part(uint64_t offset,
                                       uint64_t size_bytes) const {
  if (offset > bytes_.size() || size_bytes > bytes_.size() - offset)
    return {};
  return bytes_.subspan(offset, size_bytes);
}

std::span<const uint8_t> ElfFile::content_of(const Elf64_Shdr &section) const {
  if (section.sh_type == SHT_NOBITS)
    return {};
  return part(section.sh_offset, section.sh_size);
}

std::span<const uint8_t> ElfFile::content_of(const Elf64_Phdr &segment) const {
  return part(segment.p_offset, segment.p_filesz);
}

} // namespace care::runtime
