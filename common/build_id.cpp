// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A note is name size, descriptor size, type, then both padded to 4 bytes (8 in
// segments aligned so).

#include "common/build_id.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>

namespace care {

std::string find_build_id(std::span<const uint8_t> notes, uint64_t alignment) {
  size_t pad = alignment == 8 ? 8 : 4;
  auto padded = [pad](size_t value) { return (value + pad - 1) & ~(pad - 1); };
  size_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= notes.size()) {
    Elf64_Nhdr note;
    memcpy(&note, &notes[at], sizeof note);
    size_t name = at + sizeof note;
    size_t descriptor = name + padded(note.n_namesz);
    if (descriptor + note.n_descsz > notes.size())
      return "";
    bool is_gnu = note.n_namesz == 4 && memcmp(&notes[name], "GNU", 4) == 0;
    if (is_gnu && note.n_type == NT_GNU_BUILD_ID)
      return fmt::format(
          "{:02x}", fmt::join(notes.subspan(descriptor, note.n_descsz), ""));
    at = descriptor + padded(note.n_descsz);
  }
  return "";
}

} // namespace care
