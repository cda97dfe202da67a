// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CRC-32 with the zlib polynomial (reflected 0xedb88320), as the header of a
// .kpatch file records it. Here instead of zlib, because it is the only thing
// that the static libcare-ctl would need of that library.
#ifndef LIBCARE_RUNTIME_PATCH_CHECKSUM_H
#define LIBCARE_RUNTIME_PATCH_CHECKSUM_H

#include <array>
#include <cstdint>
#include <span>

namespace care::runtime {

constexpr std::array<uint32_t, 256> make_crc32_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) ? (value >> 1) ^ 0xedb88320 : value >> 1;
    table[byte] = value;
  }
  return table;
}

inline uint32_t crc32(std::span<const uint8_t> bytes) {
  static constexpr std::array<uint32_t, 256> table = make_crc32_table();
  uint32_t value = 0xffffffff;
  for (uint8_t byte : bytes)
    value = table[(value ^ byte) & 0xff] ^ (value >> 8);
  return value ^ 0xffffffff;
}

} // namespace care::runtime

#endif
