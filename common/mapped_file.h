// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file as a byte range, read through a private mapping.
#ifndef LIBCARE_COMMON_MAPPED_FILE_H
#define LIBCARE_COMMON_MAPPED_FILE_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"

namespace care {

// Owns a read-only private mapping of a whole regular file. An empty file
// gives an empty span. Spans are valid as long as the object lives. A pipe or
// other unmappable file is read into memory instead.
class MappedFile {
public:
  // Refuses (kpatch-too-large) what has more than `limit_bytes`, before it is
  // read.
  static Result<MappedFile> open(const std::string &path,
                                 size_t limit_bytes = SIZE_MAX);

  MappedFile(MappedFile &&other) noexcept;
  MappedFile &operator=(MappedFile &&other) noexcept;
  ~MappedFile();

  std::span<const uint8_t> bytes() const { return {data_, size_bytes_}; }
  std::string_view text() const {
    return {reinterpret_cast<const char *>(data_), size_bytes_};
  }
  const std::string &path() const { return path_; }

private:
  explicit MappedFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
  const uint8_t *data_ = nullptr;
  size_t size_bytes_ = 0;
  bool is_mapped_ = false; // else data_ is from new[]
};

} // namespace care

#endif
