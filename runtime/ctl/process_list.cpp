// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers are taken as they are. For everything else /proc is looked through
// once, and each process is put to the tests that the options ask for.

#include "runtime/ctl/process_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <unistd.h>

#include "common/parse_number.h"
#include "runtime/ctl/process_test.h"

namespace care::runtime {

namespace fs = std::filesystem;

namespace {

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

Result<ProcessList> find_processes(const ProcessChoice &choice) {
  Result<Words> words = parse_words(choice.processes);
  if (!words)
    return words.take_error();
  Result<ProcessTest> test =
      ProcessTest::make(choice.user, choice.exe, choice.cgroup);
  if (!test)
    return test.take_error();

  ProcessList list;
  list.is_broad = words->has_all || choice.processes.empty();
  bool means_init = !list.is_broad || test->is_of_place();
  auto is_meant = [&](pid_t pid) {
    if (pid == getpid() || (pid == 1 && !means_init) ||
        words->pids.contains(pid))
      return false;
    return list.is_broad ||
           std::any_of(words->names.begin(), words->names.end(),
                       [&](const auto &name) { return is_called(pid, name); });
  };
  if (list.is_broad || !words->names.empty()) {
    Result<std::vector<pid_t>> pids = list_proc();
    if (!pids)
      return pids.take_error();
    for (pid_t pid : *pids)
      if (is_meant(pid) && test->passes(pid))
        list.processes.push_back({pid, false});
  }
  for (pid_t pid : words->pids)
    if (test->passes(pid))
      list.processes.push_back({pid, true});
  std::sort(list.processes.begin(), list.processes.end(),
            [](const auto &a, const auto &b) { return a.pid < b.pid; });
  bool may_be_empty = words->has_all && test->is_empty();
  if (list.processes.empty() && !may_be_empty)
    return refused("kpatch-no-process",
                   "there is no process for " + describe(choice))
        .note("nothing was changed; 'ps' shows what is running");
  return list;
}

} // namespace care::runtime
