// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Error messages name the path, since no caller knows it better.

#include "common/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace care {

static std::string quoted(const std::string &path) {
  return "'" + path + "'";
}

static Error too_large(const std::string &path, size_t limit_bytes) {
  return refused("kpatch-too-large", quoted(path) + ": more than " +
                                         std::to_string(limit_bytes >> 20) +
                                         " megabytes");
}

static Result<std::string> read_all(int fd, const std::string &path,
                                    size_t limit_bytes) {
  std::string content;
  char buffer[65536];
  for (;;) {
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count == 0)
      return content;
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return system_error(quoted(path), errno);
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > limit_bytes)
      return too_large(path, limit_bytes);
  }
}

Result<MappedFile> MappedFile::open(const std::string &path,
                                    size_t limit_bytes) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open())
    return system_error(quoted(path), errno);
  struct stat status;
  if (fstat(fd.get(), &status) != 0)
    return system_error(quoted(path), errno);
  if (S_ISDIR(status.st_mode))
    return system_error(quoted(path), EISDIR);

  MappedFile file(path);
  // Files of /proc say that they are empty; reading tells.
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    auto size_bytes = static_cast<size_t>(status.st_size);
    if (size_bytes > limit_bytes)
      return too_large(path, limit_bytes);
    void *mapping =
        mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (mapping == MAP_FAILED)
      return system_error(quoted(path), errno);
    file.data_ = static_cast<const uint8_t *>(mapping);
    file.size_bytes_ = size_bytes;
    file.is_mapped_ = true;
    return file;
  }

  Result<std::string> content = read_all(fd.get(), path, limit_bytes);
  if (!content)
    return content.take_error();
  auto *copy = new uint8_t[content->size()];
  memcpy(copy, content->data(), content->size());
  file.data_ = copy;
  file.size_bytes_ = content->size();
  return file;
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : path_(std::move(other.path_)), data_(std::exchange(other.data_, nullptr)),
      size_bytes_(std::exchange(other.size_bytes_, 0)),
      is_mapped_(other.is_mapped_) {}

MappedFile &MappedFile::operator=(MappedFile &&other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(is_mapped_, other.is_mapped_);
  return *this;
}

MappedFile::~MappedFile() {
  if (is_mapped_ && data_)
    munmap(const_cast<uint8_t *>(data_), size_bytes_);
  else
    delete[] data_;
}

} // namespace care
