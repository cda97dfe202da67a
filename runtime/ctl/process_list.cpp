// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are taken as they are. For everything else /proc is looked through
// once, and each process is put to the tests that the options ask for. What a
// process does not tell (it ended, or it is another user's) it does not match.

#include "runtime/ctl/process_list.h"

#include "runtime/process/target_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace care::runtime {

namespace fs = std::filesystem;

namespace {

template <typename T> std::optional<T> parse_number(std::string_view text) {
  T number = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  bool is_whole =
      result.ec == std::errc() && result.ptr == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

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

// What -p says.
struct Words {
  bool has_all = false;
  std::set<pid_t> pids;
  std::vector<std::string> names;
};

Result<Words> parse_words(std::string_view text) {
  Words words;
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    std::optional<pid_t> pid = parse_number<pid_t>(word);
    bool is_name =
        !word.empty() && word[0] != '-' && (word[0] < '0' || word[0] > '9');
    if (word == "all")
      words.has_all = true;
    else if (pid && *pid > 0)
      words.pids.insert(*pid);
    else if (is_name)
      words.names.emplace_back(word);
    else
      return usage_error(
                 fmt::format("option -p: '{}' is not a process id", word))
          .note("give process ids or names, several with commas between them, "
                "or 'all'; a program whose name begins with a digit with "
                "--exe");
    if (comma == text.npos)
      break;
    text.remove_prefix(comma + 1);
    if (text.empty())
      return usage_error("option -p: '' is not a process id")
          .note("give process ids or names, several with commas between them, "
                "or 'all'");
  }
  return words;
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

Result<std::vector<pid_t>> list_proc() {
  std::vector<pid_t> pids;
  std::error_code problem;
  fs::directory_iterator folder("/proc", problem);
  for (; !problem && folder != fs::directory_iterator();
       folder.increment(problem))
    if (auto pid = parse_number<pid_t>(folder->path().filename().string()))
      pids.push_back(*pid);
  if (problem)
    return system_error("'/proc'", problem.value());
  std::sort(pids.begin(), pids.end());
  return pids;
}

// "-p 'foo' and --user 'bar'"
std::string describe(const ProcessChoice &choice) {
  std::string text;
  auto add = [&](std::string_view option, const std::string &value) {
    if (!value.empty())
      text +=
          fmt::format("{}{} '{}'", text.empty() ? "" : " and ", option, value);
  };
  add("-p", choice.processes);
  add("--cgroup", choice.cgroup);
  add("--user", choice.user);
  add("--exe", choice.exe);
  return text;
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

Result<ProcessList> find_processes(const ProcessChoice &choice) {
  Result<Words> words = parse_words(choice.processes);
  if (!words)
    return words.take_error();
  std::optional<uid_t> user;
  if (!choice.user.empty()) {
    Result<uid_t> number = parse_user(choice.user);
    if (!number)
      return number.take_error();
    user = *number;
  }
  std::error_code problem;
  std::string exe =
      choice.exe.empty() ? "" : fs::absolute(choice.exe, problem).string();
  if (fs::exists(exe, problem))
    exe = fs::canonical(exe, problem).string();
  std::string cgroup =
      choice.cgroup.empty() ? "" : path_in_hierarchy(choice.cgroup);
  bool has_filter = user || !exe.empty() || !cgroup.empty();

  auto passes = [&](pid_t pid) {
    if (user && effective_user(pid) != user)
      return false;
    if (!exe.empty() && !runs_file(pid, exe))
      return false;
    if (cgroup.empty())
      return true;
    Result<std::string> groups =
        read_proc_file(fmt::format("/proc/{}/cgroup", pid));
    return groups && is_in_cgroup(*groups, cgroup);
  };

  ProcessList list;
  list.is_broad = words->has_all || choice.processes.empty();
  bool means_init = !list.is_broad || !exe.empty() || !cgroup.empty();
  if (list.is_broad || !words->names.empty()) {
    Result<std::vector<pid_t>> pids = list_proc();
    if (!pids)
      return pids.take_error();
    for (pid_t pid : *pids) {
      bool is_candidate = pid != getpid() && (pid != 1 || means_init) &&
                          !words->pids.contains(pid);
      bool is_meant =
          is_candidate &&
          (list.is_broad ||
           std::any_of(words->names.begin(), words->names.end(),
                       [&](const auto &name) { return is_called(pid, name); }));
      if (is_meant && passes(pid))
        list.processes.push_back({pid, false});
    }
  }
  for (pid_t pid : words->pids)
    if (!has_filter || passes(pid))
      list.processes.push_back({pid, true});
  std::sort(list.processes.begin(), list.processes.end(),
            [](const auto &a, const auto &b) { return a.pid < b.pid; });
  bool may_be_empty = words->has_all && !has_filter;
  if (list.processes.empty() && !may_be_empty)
    return refused("kpatch-no-process",
                   "there is no process for " + describe(choice))
        .note("nothing was changed; 'ps' shows what is running");
  return list;
}

} // namespace care::runtime
