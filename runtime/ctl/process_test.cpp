// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything is asked of /proc/PID.

#include "runtime/ctl/process_test.h"

#include "common/parse_number.h"
#include "runtime/process/target_process.h"

#include <fmt/format.h>

#include <filesystem>
#include <sys/stat.h>

namespace care::runtime {

namespace fs = std::filesystem;

namespace {

std::string_view base_name(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

// The path of the executable as the kernel tells it, without " (deleted)".
std::string executable_of(pid_t pid) {
  std::error_code problem;
  std::string path =
      fs::read_symlink(fmt::format("/proc/{}/exe", pid), problem).string();
  constexpr std::string_view deleted = " (deleted)";
  if (path.ends_with(deleted))
    path.resize(path.size() - deleted.size());
  return path;
}

// A static program cannot ask the name service; the local file will do, and
// numbers always work.
Result<uid_t> parse_user(const std::string &user) {
  if (std::optional<uid_t> number = parse_number<uid_t>(user))
    return *number;
  Result<std::string> accounts = read_proc_file("/etc/passwd");
  std::string_view rest = accounts ? std::string_view(*accounts) : "";
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.starts_with(user + ":"))
      continue;
    line.remove_prefix(user.size() + 1);
    line.remove_prefix(std::min(line.find(':') + 1, line.size()));
    if (std::optional<uid_t> number =
            parse_number<uid_t>(line.substr(0, line.find(':'))))
      return *number;
  }
  return usage_error(
             fmt::format("option --user: no user '{}' in /etc/passwd", user))
      .note("give the number of the user");
}

// The number that the process acts as.
std::optional<uid_t> effective_user(pid_t pid) {
  std::optional<std::string> ids = read_status_field(pid, pid, "Uid");
  size_t tab = ids ? ids->find('\t') : std::string::npos;
  if (tab == std::string::npos)
    return std::nullopt;
  std::string_view second = std::string_view(*ids).substr(tab + 1);
  return parse_number<uid_t>(second.substr(0, second.find('\t')));
}

// The same file by name, or by its inode (another name, another mount).
bool runs_file(pid_t pid, const std::string &path) {
  if (executable_of(pid) == path)
    return true;
  struct stat wanted {
  }, actual{};
  return stat(path.c_str(), &wanted) == 0 &&
         stat(fmt::format("/proc/{}/exe", pid).c_str(), &actual) == 0 &&
         wanted.st_dev == actual.st_dev && wanted.st_ino == actual.st_ino;
}

// /sys/fs/cgroup/GROUP (version 2) and /sys/fs/cgroup/CONTROLLER/GROUP are
// where hierarchies are mounted; what follows is the path in the hierarchy.
// The mount point is the first folder above that has no cgroup.procs above it.
std::string path_in_hierarchy(const std::string &path) {
  std::error_code problem;
  fs::path mount = fs::weakly_canonical(path, problem);
  fs::path below;
  if (problem || !fs::exists(mount / "cgroup.procs", problem))
    return path;
  while (fs::exists(mount.parent_path() / "cgroup.procs", problem)) {
    below = below.empty() ? mount.filename() : mount.filename() / below;
    mount = mount.parent_path();
  }
  return "/" + below.string();
}

} // namespace

bool is_called(pid_t pid, std::string_view name) {
  if (thread_name(pid, pid) == name || base_name(executable_of(pid)) == name)
    return true;
  Result<std::string> line =
      read_proc_file(fmt::format("/proc/{}/cmdline", pid));
  if (!line)
    return false;
  // "nginx: worker process" calls itself nginx.
  std::string_view word(*line);
  word = base_name(word.substr(0, word.find('\0')));
  return word.substr(0, word.find(':')) == name;
}

bool is_in_cgroup(std::string_view text, std::string_view path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  while (!text.empty()) {
    // "0::/system.slice/nginx.service"
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    size_t first = line.find(':');
    size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos)
      continue;
    std::string_view group = line.substr(second + 1);
    bool is_inside = path == "/" || group == path ||
                     (group.starts_with(path) && group[path.size()] == '/');
    if (is_inside)
      return true;
  }
  return false;
}

Result<ProcessTest> ProcessTest::make(const std::string &user,
                                      const std::string &exe,
                                      const std::string &cgroup) {
  ProcessTest test;
  if (!user.empty()) {
    Result<uid_t> number = parse_user(user);
    if (!number)
      return number.take_error();
    test.user_ = *number;
  }
  std::error_code problem;
  if (!exe.empty())
    test.exe_ = fs::absolute(exe, problem).string();
  if (fs::exists(test.exe_, problem))
    test.exe_ = fs::canonical(test.exe_, problem).string();
  if (!cgroup.empty())
    test.cgroup_ = path_in_hierarchy(cgroup);
  return test;
}

bool ProcessTest::passes(pid_t pid) const {
  if (user_ && effective_user(pid) != user_)
    return false;
  if (!exe_.empty() && !runs_file(pid, exe_))
    return false;
  if (cgroup_.empty())
    return true;
  Result<std::string> groups =
      read_proc_file(fmt::format("/proc/{}/cgroup", pid));
  return groups && is_in_cgroup(*groups, cgroup_);
}

} // namespace care::runtime
