// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// posix_spawnp with file actions. Unless it is asked for another one, the child
// keeps our process group, so that Ctrl-C in a terminal reaches it as it
// reaches us.

#include "common/subprocess.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/unique_fd.h"

extern char **environ;

namespace care {

std::string ExitState::describe() const {
  if (signal != 0)
    return "killed by signal " + std::to_string(signal) + " (" +
           strsignal(signal) + ")";
  return "exit status " + std::to_string(status);
}

static std::vector<std::string>
merged_environment(const std::vector<std::string> &changes) {
  std::vector<std::string> merged = changes;
  for (char **entry = environ; *entry; ++entry) {
    std::string_view text(*entry);
    std::string_view name = text.substr(0, text.find('=') + 1);
    bool is_changed =
        std::any_of(changes.begin(), changes.end(),
                    [&](const std::string &c) { return c.starts_with(name); });
    if (!is_changed)
      merged.emplace_back(text);
  }
  return merged;
}

static std::vector<char *> c_strings(const std::vector<std::string> &strings) {
  std::vector<char *> pointers;
  for (const std::string &text : strings)
    pointers.push_back(const_cast<char *>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

static void set_own_group(posix_spawnattr_t &attributes) {
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals, signal);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF |
                                            POSIX_SPAWN_SETPGROUP);
}

// `output_fd` takes stdout if it is not -1.
static Result<pid_t> start(const Command &command, int output_fd) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!command.directory.empty())
    posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  if (!command.standard_input.empty())
    posix_spawn_file_actions_addopen(
        &actions, STDIN_FILENO, command.standard_input.c_str(), O_RDONLY, 0);
  if (!command.log.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
                                     command.log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (output_fd < 0)
      posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  }
  if (output_fd >= 0)
    posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);

  std::vector<std::string> environment =
      merged_environment(command.environment);
  std::vector<char *> argv = c_strings(command.arguments);
  std::vector<char *> envp = c_strings(environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (command.own_process_group)
    set_own_group(attributes);
  pid_t pid = -1;
  int error_number = posix_spawnp(&pid, argv[0], &actions, &attributes,
                                  argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error_number != 0)
    return system_error("cannot run '" + command.arguments[0] + "'",
                        error_number);
  return pid;
}

Result<pid_t> start(const Command &command) {
  return start(command, -1);
}

ExitState exit_state(int wait_status) {
  ExitState state;
  if (WIFSIGNALED(wait_status))
    state.signal = WTERMSIG(wait_status);
  else
    state.status = WEXITSTATUS(wait_status);
  return state;
}

static Result<ExitState> wait_for(pid_t pid) {
  int wait_status = 0;
  while (waitpid(pid, &wait_status, 0) < 0) {
    if (errno != EINTR)
      return system_error("cannot wait for pid " + std::to_string(pid), errno);
  }
  return exit_state(wait_status);
}

Result<ExitState> run(const Command &command) {
  Result<pid_t> pid = start(command, -1);
  if (!pid)
    return pid.take_error();
  return wait_for(*pid);
}

Result<CapturedRun> run_and_capture(const Command &command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return system_error("cannot create a pipe", errno);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  Result<pid_t> pid = start(command, write_end.get());
  if (!pid)
    return pid.take_error();
  write_end.reset();

  CapturedRun result;
  char buffer[65536];
  for (;;) {
    ssize_t count = read(read_end.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    result.output.append(buffer, static_cast<size_t>(count));
  }
  Result<ExitState> state = wait_for(*pid);
  if (!state)
    return state.take_error();
  result.state = *state;
  return result;
}

std::string shell_quoted(const std::vector<std::string> &arguments) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "_-+=./:,@%^";
  std::string line;
  for (const std::string &argument : arguments) {
    if (!line.empty())
      line += ' ';
    if (!argument.empty() &&
        argument.find_first_not_of(plain) == std::string::npos) {
      line += argument;
      continue;
    }
    line += '\'';
    for (char c : argument) {
      if (c == '\'')
        line += "'\\''";
      else
        line += c;
    }
    line += '\'';
  }
  return line;
}

} // namespace care
