// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing a file so that a failed run leaves an old one in place.
#ifndef LIBCARE_COMMON_WRITE_FILE_H
#define LIBCARE_COMMON_WRITE_FILE_H

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"

namespace care {

// Writes `content` to `path` through a temporary in the same folder and
// rename(2); to what is no regular file, directly. `mode` as for open(2), the
// umask applies.
Error write_file(const std::string &path, std::span<const uint8_t> content,
                 unsigned mode = 0666);
Error write_file(const std::string &path, std::string_view content,
                 unsigned mode = 0666);

} // namespace care

#endif
