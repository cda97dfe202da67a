// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The number by which builds of an object are told apart (ld --build-id).
#ifndef LIBCARE_COMMON_BUILD_ID_H
#define LIBCARE_COMMON_BUILD_ID_H

#include <cstdint>
#include <span>
#include <string>

namespace care {

// In the content of a note section or segment with that alignment, which may
// be malformed: lower-case hexadecimal digits, empty if there is none.
std::string find_build_id(std::span<const uint8_t> notes, uint64_t alignment);

} // namespace care

#endif
