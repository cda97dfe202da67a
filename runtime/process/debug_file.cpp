// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The places are those that GDB looks at ("Debugging Information in Separate
// Files"): /usr/lib/debug/.build-id/NN/REST.debug by the build-id; by the name
// in .gnu_debuglink beside the object, in .debug beside it, and in
// /usr/lib/debug below the object's folder. First as the process sees its files
// (it may be in a container), then as we do. A file counts only if it has the
// build-id itself, in a note section; so the CRC of the link is not needed.

#include "runtime/process/debug_file.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

template <typename T>
std::optional<T> value_at(std::span<const uint8_t> bytes, uint64_t offset) {
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof value)
    return std::nullopt;
  memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

std::span<const uint8_t> content_of(std::span<const uint8_t> file,
                                    const Elf64_Shdr &section) {
  if (section.sh_type == SHT_NOBITS || section.sh_offset > file.size() ||
      section.sh_size > file.size() - section.sh_offset)
    return {};
  return file.subspan(section.sh_offset, section.sh_size);
}

std::vector<Elf64_Shdr> read_sections(std::span<const uint8_t> file) {
  std::vector<Elf64_Shdr> sections;
  auto header = value_at<Elf64_Ehdr>(file, 0);
  if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_shentsize != sizeof(Elf64_Shdr))
    return sections;
  for (size_t i = 0; i < header->e_shnum; ++i)
    if (auto section = value_at<Elf64_Shdr>(file, header->e_shoff +
                                                      i * sizeof(Elf64_Shdr)))
      sections.push_back(*section);
  return sections;
}

bool has_build_id(std::span<const uint8_t> file, std::string_view build_id) {
  std::string found;
  for (const Elf64_Shdr &section : read_sections(file)) {
    std::span<const uint8_t> note = content_of(file, section);
    auto header = value_at<Elf64_Nhdr>(note, 0);
    // The linker gives the build-id a section of its own: one note.
    constexpr size_t name_size = 4; // "GNU" and its end
    if (section.sh_type != SHT_NOTE || !header ||
        header->n_type != NT_GNU_BUILD_ID || header->n_namesz != name_size ||
        note.size() < sizeof *header + name_size + header->n_descsz ||
        memcmp(&note[sizeof *header], "GNU", name_size) != 0)
      continue;
    for (uint8_t byte :
         note.subspan(sizeof *header + name_size, header->n_descsz))
      found += fmt::format("{:02x}", byte);
    return found == build_id;
  }
  return false;
}

std::vector<std::string> candidate_paths(const LoadedObject &object,
                                         std::string_view link) {
  std::string_view id = object.build_id;
  std::vector<std::string> paths = {fmt::format(
      "/usr/lib/debug/.build-id/{}/{}.debug", id.substr(0, 2), id.substr(2))};
  std::string_view folder(object.path);
  folder = folder.substr(0, folder.rfind('/') + 1);
  // A name only, not a way out of the folder.
  if (link.empty() || link.find('/') != link.npos || folder.empty())
    return paths;
  paths.push_back(fmt::format("{}{}", folder, link));
  paths.push_back(fmt::format("{}.debug/{}", folder, link));
  paths.push_back(fmt::format("/usr/lib/debug{}{}", folder, link));
  return paths;
}

} // namespace

std::string read_debug_link(std::span<const uint8_t> file) {
  auto header = value_at<Elf64_Ehdr>(file, 0);
  std::vector<Elf64_Shdr> sections = read_sections(file);
  if (!header || header->e_shstrndx >= sections.size())
    return "";
  std::span<const uint8_t> names =
      content_of(file, sections[header->e_shstrndx]);
  constexpr std::string_view wanted(".gnu_debuglink\0", 15);
  for (const Elf64_Shdr &section : sections) {
    if (section.sh_name > names.size() ||
        names.size() - section.sh_name < wanted.size() ||
        memcmp(&names[section.sh_name], wanted.data(), wanted.size()) != 0)
      continue;
    std::span<const uint8_t> content = content_of(file, section);
    const auto *text = reinterpret_cast<const char *>(content.data());
    return std::string(text, strnlen(text, content.size()));
  }
  return "";
}

std::optional<MappedFile> find_debug_file(pid_t pid, const LoadedObject &object,
                                          std::span<const uint8_t> file) {
  if (object.build_id.size() < 4)
    return std::nullopt;
  std::string root = fmt::format("/proc/{}/root", living_thread(pid));
  for (const std::string &path : candidate_paths(object, read_debug_link(file)))
    for (const std::string &where : {root + path, path})
      if (Result<MappedFile> found = MappedFile::open(where))
        if (has_build_id(found->bytes(), object.build_id))
          return std::move(*found);
  return std::nullopt;
}

} // namespace care::runtime
