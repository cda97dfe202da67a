// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sole owner of a file descriptor. No implicit conversion from or to int: a
// descriptor is taken over with UniqueFd(fd) and looked at with get().
#ifndef LIBCARE_COMMON_UNIQUE_FD_H
#define LIBCARE_COMMON_UNIQUE_FD_H

#include <unistd.h>
#include <utility>

namespace care {

class UniqueFd {
public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd &operator=(UniqueFd &&other) noexcept {
    if (this != &other)
      reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    // close() on Linux frees the descriptor even when it reports an error.
    if (fd_ >= 0)
      close(fd_);
    fd_ = fd;
  }

private:
  int fd_ = -1;
};

} // namespace care

#endif
