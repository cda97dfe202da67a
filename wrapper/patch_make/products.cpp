// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product is known by its time or its inode, which differ from those before
// the build. When make and all its children have ended, a product is closed;
// so whatever is open for writing then is somebody else's.

#include "wrapper/patch_make/products.h"

#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace care::patch_make {

namespace fs = std::filesystem;

Products::Files Products::scan() const {
  Files files;
  for (const fs::path &root : folders_) {
    std::error_code code;
    fs::recursive_directory_iterator at(root, code);
    for (; !code && at != fs::recursive_directory_iterator();
         at.increment(code)) {
      struct stat status;
      if (lstat(at->path().c_str(), &status) != 0)
        continue; // it vanished meanwhile
      if (S_ISDIR(status.st_mode) && skipped_.contains(at->path()))
        at.disable_recursion_pending();
      std::error_code entry_code;
      if (S_ISREG(status.st_mode))
        files[at->path()] = {at->last_write_time(entry_code), status.st_ino};
    }
  }
  return files;
}

void Products::remember() {
  before_ = scan();
  has_begun_ = true;
}

// Any moment before the first commit of any project would do.
constexpr time_t long_ago = 946684800;

bool Products::was_there(const fs::path &file) const {
  auto before = before_.find(file);
  if (before == before_.end())
    return false;
  auto since_epoch = fs::file_time_type::clock::to_sys(before->second.written);
  return std::chrono::system_clock::to_time_t(since_epoch) != long_ago;
}

// The link's own permissions say how the file was opened.
static bool is_open_for_writing(const fs::path &descriptor) {
  struct stat link;
  return lstat(descriptor.c_str(), &link) == 0 && (link.st_mode & S_IWUSR) != 0;
}

static void add_files_written_by(const fs::path &process,
                                 std::set<fs::path> &files) {
  std::error_code code;
  fs::directory_iterator at(process / "fd", code);
  for (; !code && at != fs::directory_iterator(); at.increment(code)) {
    std::error_code entry_code;
    fs::path file = fs::read_symlink(at->path(), entry_code);
    if (!entry_code && file.is_absolute() && is_open_for_writing(at->path()))
      files.insert(file);
  }
}

// All files that any process, of those that we may look at, can write to.
static std::set<fs::path> files_being_written() {
  std::set<fs::path> files;
  std::error_code code;
  fs::directory_iterator at("/proc", code);
  for (; !code && at != fs::directory_iterator(); at.increment(code)) {
    std::string name = at->path().filename();
    if (name.find_first_not_of("0123456789") == name.npos)
      add_files_written_by(at->path(), files);
  }
  return files;
}

void Products::outdate(const std::set<fs::path> &sources) const {
  if (!has_begun_)
    return;
  constexpr timespec times[2] = {{long_ago, 0}, {long_ago, 0}};
  std::set<fs::path> open_files = files_being_written();
  for (const auto &[file, state] : scan()) {
    auto before = before_.find(file);
    if ((before != before_.end() && before->second == state) ||
        sources.contains(file) || open_files.contains(file))
      continue;
    utimensat(AT_FDCWD, file.c_str(), times, 0);
  }
}

} // namespace care::patch_make
