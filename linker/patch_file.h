// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The .kpatch file around a patch object: its header, made and read.
#ifndef LIBCARE_LINKER_PATCH_FILE_H
#define LIBCARE_LINKER_PATCH_FILE_H

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/patch_format.h"
#include "common/result.h"

namespace care::linker {

struct PatchIdentity {
  std::string id;       // at most 7 characters
  std::string build_id; // hexadecimal digits, at most 40
  std::string module_name;
};

// Header, ELF image and padding. `build_time` in seconds since 1970. The header
// repeats as many of the `allowed` answers as it has room for.
Result<std::vector<uint8_t>>
make_patch_file(const PatchIdentity &identity, std::span<const uint8_t> image,
                uint64_t build_time,
                const std::vector<std::string> &allowed = {});

struct PatchFileParts {
  PatchHeader header;
  std::span<const uint8_t> image;
};
Result<PatchFileParts> read_patch_file(std::span<const uint8_t> file);

// SOURCE_DATE_EPOCH if it is set to a number, else the clock.
uint64_t build_time_now();

Error check_id(std::string_view id);
Error check_build_id(std::string_view build_id);

} // namespace care::linker

#endif
