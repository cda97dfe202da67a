// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A damaged object has no such section as far as this is concerned: the linker
// is the one to complain about it.

#include "wrapper/cc/object_section.h"

#include <cstring>
#include <elf.h>
#include <optional>
#include <span>

#include "common/mapped_file.h"
#include "common/parse_number.h"
#include "wrapper/cc/words.h"

namespace care::wrapper {

using Bytes = std::span<const uint8_t>;

template <typename T>
static std::optional<T> read_at(Bytes bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T))
    return std::nullopt;
  T value;
  memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

static std::optional<Bytes> content_of(Bytes bytes, const Elf64_Shdr &section) {
  if (section.sh_type == SHT_NOBITS || section.sh_offset > bytes.size() ||
      bytes.size() - section.sh_offset < section.sh_size)
    return std::nullopt;
  return bytes.subspan(section.sh_offset, section.sh_size);
}

static std::string_view text_at(Bytes strings, uint64_t offset) {
  if (offset >= strings.size())
    return {};
  std::string_view text(reinterpret_cast<const char *>(strings.data()),
                        strings.size());
  text.remove_prefix(offset);
  return text.substr(0, text.find('\0'));
}

static std::optional<Bytes> find_section(Bytes bytes, std::string_view name) {
  auto header = read_at<Elf64_Ehdr>(bytes, 0);
  if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_shentsize != sizeof(Elf64_Shdr))
    return std::nullopt;
  auto section_at = [&](uint64_t index) {
    return read_at<Elf64_Shdr>(bytes,
                               header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  // More sections than a header can count: the first one has the numbers.
  auto first = section_at(0);
  if (!first)
    return std::nullopt;
  uint64_t count = header->e_shnum ? header->e_shnum : first->sh_size;
  uint64_t names_index =
      header->e_shstrndx == SHN_XINDEX ? first->sh_link : header->e_shstrndx;
  auto names_header = section_at(names_index);
  auto names = names_header ? content_of(bytes, *names_header) : std::nullopt;
  for (uint64_t i = 1; names && i < count; i++) {
    auto section = section_at(i);
    if (!section)
      return std::nullopt;
    if (text_at(*names, section->sh_name) == name)
      return content_of(bytes, *section);
  }
  return std::nullopt;
}

Result<std::vector<std::string>> strings_of_section(const std::string &object,
                                                    std::string_view name) {
  std::string path = object;
  uint64_t offset = 0;
  size_t at = object.rfind("@0x");
  if (at != object.npos && at > 0) {
    path = object.substr(0, at);
    offset = leading_number<uint64_t>(object.substr(at + 3), 16).value_or(0);
  }
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  Bytes bytes = file->bytes();
  std::vector<std::string> strings;
  if (offset > bytes.size())
    return strings;
  std::optional<Bytes> content = find_section(bytes.subspan(offset), name);
  if (!content)
    return strings;
  std::string_view text(reinterpret_cast<const char *>(content->data()),
                        content->size());
  return split(text, '\0');
}

} // namespace care::wrapper
