// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CRC-32 with the zlib polynomial (reflected 0xedb88320), as the header of a
// .kpatch file records it. Here instead of zlib, because it is the only thing
// that the static libcare-ctl would need of that library.
#ifndef LIBCARE_COMMON_CHECKSUM_H
#define LIBCARE_COMMON_CHECKSUM_H

#include <cstdint>
#include <span>

namespace care {

uint32_t crc32(std::span<const uint8_t> bytes);

} // namespace care

#endif
