// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Error messages name the path, since no caller knows it better.

#include "common/write_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace care {

static std::string quoted(const std::string &path) {
  return "'" + path + "'";
}

static Error write_all(int fd, std::span<const uint8_t> content,
                       const std::string &path) {
  while (!content.empty()) {
    ssize_t count = write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return system_error(quoted(path), errno);
    content = content.subspan(static_cast<size_t>(count));
  }
  return {};
}

Error write_file(const std::string &path, std::span<const uint8_t> content,
                 unsigned mode) {
  // Devices and pipes (/dev/stdout, /dev/null) cannot be replaced by rename.
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd.is_open())
      return system_error(quoted(path), errno);
    return write_all(fd.get(), content, path);
  }

  std::string temporary = path + ".XXXXXX";
  UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.is_open())
    return system_error("cannot create " + quoted(path), errno);
  mode_t mask = umask(0);
  umask(mask);
  Error error = write_all(fd.get(), content, path);
  if (!error && fchmod(fd.get(), mode & ~mask) != 0)
    error = system_error(quoted(path), errno);
  if (!error && rename(temporary.c_str(), path.c_str()) != 0)
    error = system_error("cannot replace " + quoted(path), errno);
  if (error)
    unlink(temporary.c_str());
  return error;
}

Error write_file(const std::string &path, std::string_view content,
                 unsigned mode) {
  return write_file(path,
                    std::span(reinterpret_cast<const uint8_t *>(content.data()),
                              content.size()),
                    mode);
}

} // namespace care
