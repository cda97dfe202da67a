// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The places are those that GDB looks at ("Debugging Information in Separate
// Files"): /usr/lib/debug/.build-id/NN/REST.debug by the build-id; by the name
// in .gnu_debuglink beside the object, in .debug beside it, and in
// /usr/lib/debug below the object's folder. First as the process sees its files
// (it may be in a container), then as we do. A file counts only if it has the
// build-id itself, in a note section; so the CRC of the link is not needed.

#include "runtime/process/debug_file.h"

#include <vector>

#include <fmt/format.h>

#include "common/build_id.h"
#include "runtime/process/elf_file.h"
#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

bool has_build_id(std::span<const uint8_t> bytes, std::string_view build_id) {
  ElfFile file(bytes);
  for (const Elf64_Shdr &section : file.sections()) {
    if (section.sh_type != SHT_NOTE)
      continue;
    std::string found =
        find_build_id(file.content_of(section), section.sh_addralign);
    if (!found.empty())
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

static std::string_view read_debug_link(std::span<const uint8_t> bytes) {
  ElfFile file(bytes);
  const Elf64_Shdr *section = file.find_section(".gnu_debuglink");
  return section ? string_at(file.content_of(*section), 0) : "";
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
