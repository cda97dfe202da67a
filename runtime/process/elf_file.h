// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sections and segments of an ELF file that belongs to the target, and so may
// be anything: what is not all in the file is not there.
#ifndef LIBCARE_RUNTIME_PROCESS_ELF_FILE_H
#define LIBCARE_RUNTIME_PROCESS_ELF_FILE_H

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace care::runtime {

template <typename T>
std::optional<T> value_at(std::span<const uint8_t> bytes, uint64_t offset) {
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof value)
    return std::nullopt;
  memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

// Up to the NUL or the end of `strings`.
std::string_view string_at(std::span<const uint8_t> strings, uint64_t offset);

// A program or a library, or the debug file of one. Refers to the bytes that it
// is made of. A file that is not 64-bit little-endian ELF has nothing.
class ElfFile {
public:
  explicit ElfFile(std::span<const uint8_t> bytes);

  std::span<const Elf64_Shdr> sections() const { return sections_; }
  std::span<const Elf64_Phdr> segments() const { return segments_; }
  // The first of that name, or nullptr.
  const Elf64_Shdr *find_section(std::string_view name) const;

  // Empty if it has none in the file.
  std::span<const uint8_t> content_of(const Elf64_Shdr &section) const;
  std::span<const uint8_t> content_of(const Elf64_Phdr &segment) const;

private:
  std::span<const uint8_t> part(uint64_t offset, uint64_t size_bytes) const;

  std::span<const uint8_t> bytes_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<Elf64_Phdr> segments_;
  std::span<const uint8_t> section_names_;
};

bool is_program_or_library(const Elf64_Ehdr &header);

} // namespace care::runtime

#endif
