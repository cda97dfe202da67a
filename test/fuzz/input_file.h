// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An input of the fuzzer as a file, for readers that take a path: an anonymous
// file in memory, by its name in /proc.
#ifndef LIBCARE_TEST_FUZZ_INPUT_FILE_H
#define LIBCARE_TEST_FUZZ_INPUT_FILE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "common/unique_fd.h"

class InputFile {
public:
  InputFile(const uint8_t *data, size_t size)
      : fd_(memfd_create("input", MFD_CLOEXEC)) {
    is_written_ = write(fd_.get(), data, size) == static_cast<ssize_t>(size);
  }
  bool is_written() const { return is_written_; }
  std::string path() const {
    return "/proc/self/fd/" + std::to_string(fd_.get());
  }

private:
  care::UniqueFd fd_;
  bool is_written_ = false;
};

#endif
