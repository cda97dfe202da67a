// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Just enough of .eh_frame (LSB Core, 10.6) to index it: for each FDE the
// range of code, whose encoding the CIE's augmentation gives after 'R'.

#include "runtime/process/eh_frame.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "runtime/process/elf_file.h"

namespace care::runtime {

namespace {

constexpr uint8_t format_mask = 0x0f;
constexpr uint8_t application_mask = 0x70;
constexpr uint8_t application_pc_relative = 0x10;

struct Cursor {
  std::span<const uint8_t> bytes;
  size_t at;
  bool is_good = true;

  template <typename T> T value() {
    T result{};
    if (at > bytes.size() || bytes.size() - at < sizeof(T)) {
      is_good = false;
      return result;
    }
    memcpy(&result, &bytes[at], sizeof result);
    at += sizeof result;
    return result;
  }
  uint64_t leb128() { // signed ones are only skipped
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      uint8_t byte = value<uint8_t>();
      if (shift < 64)
        result |= uint64_t{byte & 0x7fu} << shift;
      if (!is_good || (byte & 0x80) == 0)
        return result;
    }
    is_good = false; // longer than any number
    return result;
  }
  // Not the long ones: each of many entries may name the same text again.
  std::string_view string() {
    constexpr size_t length_max = 64;
    size_t room = at < bytes.size() ? bytes.size() - at : 0;
    room = std::min(room, length_max);
    if (room == 0) {
      is_good = false;
      return {};
    }
    const char *start = reinterpret_cast<const char *>(&bytes[at]);
    size_t length = strnlen(start, room);
    is_good = is_good && length < room;
    at += length + 1;
    return {start, length};
  }
  uint64_t encoded(uint8_t encoding, RemoteAddress section) {
    uint64_t place = (section + at).value();
    uint64_t result = 0;
    switch (encoding & format_mask) {
    case 0x00: // absptr
    case 0x04: // udata8
    case 0x0c: // sdata8
      result = value<uint64_t>();
      break;
    case 0x03: // udata4
      result = value<uint32_t>();
      break;
    case 0x0b: // sdata4
      result = static_cast<uint64_t>(int64_t{value<int32_t>()});
      break;
    default:
      is_good = false;
    }
    if ((encoding & application_mask) == application_pc_relative)
      result += place;
    else if ((encoding & application_mask) != 0)
      is_good = false;
    return result;
  }
};

// The encoding of addresses in the FDEs of a CIE; `cursor` is behind its id.
std::optional<uint8_t> pointer_encoding(Cursor cursor, RemoteAddress section) {
  uint8_t version = cursor.value<uint8_t>();
  std::string_view augmentation = cursor.string();
  cursor.leb128(); // code alignment
  cursor.leb128(); // data alignment
  if (version == 1)
    cursor.value<uint8_t>(); // return address register
  else
    cursor.leb128();
  if (!augmentation.starts_with('z'))
    return augmentation.empty() && cursor.is_good ? std::optional<uint8_t>(0)
                                                  : std::nullopt;
  cursor.leb128(); // length of augmentation data
  uint8_t encoding = 0;
  for (char letter : augmentation.substr(1)) {
    if (letter == 'R')
      encoding = cursor.value<uint8_t>();
    else if (letter == 'L')
      cursor.value<uint8_t>();
    else if (letter == 'P')
      cursor.encoded(cursor.value<uint8_t>() & format_mask, section);
    else if (letter != 'S' && letter != 'B')
      return std::nullopt;
  }
  return cursor.is_good ? std::optional(encoding) : std::nullopt;
}

} // namespace

std::vector<FrameEntry> parse_frame_entries(std::span<const uint8_t> bytes,
                                            RemoteAddress address) {
  std::vector<FrameEntry> entries;
  size_t start = 0;
  while (start + 8 <= bytes.size()) {
    Cursor cursor{bytes, start};
    uint32_t length = cursor.value<uint32_t>();
    // 0 ends the section; all ones would announce the 64-bit form.
    if (length == 0 || length == ~uint32_t{0} ||
        length > bytes.size() - cursor.at)
      break;
    size_t id_at = cursor.at;
    size_t next = id_at + length;
    uint32_t id = cursor.value<uint32_t>();
    if (id != 0 && id <= id_at) { // an FDE: distance back to its CIE
      Cursor cie{bytes, id_at - id + 8};
      std::optional<uint8_t> encoding = pointer_encoding(cie, address);
      if (encoding) {
        uint64_t first = cursor.encoded(*encoding, address);
        uint64_t size = cursor.encoded(*encoding & format_mask, address);
        if (cursor.is_good && size != 0)
          entries.push_back(
              {{RemoteAddress(first), RemoteAddress(first + size)},
               address + start});
      }
    }
    start = next;
  }
  std::sort(entries.begin(), entries.end(),
            [](const FrameEntry &a, const FrameEntry &b) {
              return a.code.start < b.code.start;
            });
  return entries;
}

std::vector<FrameEntry> read_frame_entries(const RemoteMemory &memory,
                                           AddressRange section) {
  constexpr uint64_t size_max = 64 << 20;
  std::vector<uint8_t> bytes(std::min(section.size_bytes(), size_max));
  bytes.resize(memory.read_some(section.start, bytes));
  return parse_frame_entries(bytes, section.start);
}

std::optional<AddressRange> find_eh_frame(std::span<const uint8_t> file,
                                          uint64_t load_bias) {
  ElfFile elf_file(file);
  const Elf64_Shdr *section = elf_file.find_section(".eh_frame");
  if (!section || (section->sh_flags & SHF_ALLOC) == 0)
    return std::nullopt;
  RemoteAddress start(load_bias + section->sh_addr);
  return AddressRange{start, start + section->sh_size};
}

const FrameEntry *find_frame_entry(std::span<const FrameEntry> entries,
                                   uint64_t pc) {
  RemoteAddress at(pc);
  auto after = std::upper_bound(entries.begin(), entries.end(), at,
                                [](RemoteAddress value, const FrameEntry &e) {
                                  return value < e.code.start;
                                });
  if (after == entries.begin())
    return nullptr;
  const FrameEntry &entry = *std::prev(after);
  return entry.code.contains(at) ? &entry : nullptr;
}

} // namespace care::runtime
