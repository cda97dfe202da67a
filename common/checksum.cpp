// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A table of what each byte does to the checksum.

#include "common/checksum.h"

#include <array>

namespace care {

static constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) ? (value >> 1) ^ 0xedb88320 : value >> 1;
    table[byte] = value;
  }
  return table;
}

uint32_t crc32(std::span<const uint8_t> bytes) {
  static constexpr std::array<uint32_t, 256> table = make_table();
  uint32_t value = 0xffffffff;
  for (uint8_t byte : bytes)
    value = table[(value ^ byte) & 0xff] ^ (value >> 8);
  return value ^ 0xffffffff;
}

} // namespace care
