// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing -p, and listing /proc for `all`.

#include "runtime/ctl/process_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>

namespace care::runtime {

static std::optional<pid_t> parse_pid(std::string_view text) {
  pid_t pid = 0;
  auto result = std::from_chars(text.data(), text.data() + text.size(), pid);
  bool is_whole = result.ec == std::errc() &&
                  result.ptr == text.data() + text.size() && pid > 0;
  return is_whole ? std::optional(pid) : std::nullopt;
}

static Result<ProcessList> list_all() {
  ProcessList list{.pids = {}, .is_all = true};
  std::error_code problem;
  std::filesystem::directory_iterator folder("/proc", problem);
  for (; !problem && folder != std::filesystem::directory_iterator();
       folder.increment(problem)) {
    std::optional<pid_t> pid = parse_pid(folder->path().filename().string());
    if (pid && *pid != 1 && *pid != getpid())
      list.pids.push_back(*pid);
  }
  if (problem)
    return system_error("'/proc'", problem.value());
  std::sort(list.pids.begin(), list.pids.end());
  return list;
}

Result<ProcessList> parse_processes(std::string_view text) {
  if (text == "all")
    return list_all();
  ProcessList list;
  while (true) {
    size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    std::optional<pid_t> pid = parse_pid(word);
    if (!pid)
      return usage_error(fmt::format("option -p: '{}' is not a process id", //
                                     word))
          .note("give a process id, several with commas between them, or "
                "'all'");
    if (std::find(list.pids.begin(), list.pids.end(), *pid) == list.pids.end())
      list.pids.push_back(*pid);
    if (comma == text.npos)
      return list;
    text.remove_prefix(comma + 1);
  }
}

} // namespace care::runtime
