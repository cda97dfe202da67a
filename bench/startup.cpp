// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long libcare-ctl takes to start, parse its options, find that there is no
// such process, and end. The first libcare-ctl of the PATH is measured.

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace {

void start_libcare_ctl(benchmark::State &state) {
  char name[] = "libcare-ctl", command[] = "info", option[] = "-p",
       no_process[] = "4194304"; // more than the largest that Linux gives
  char *arguments[] = {name, command, option, no_process, nullptr};
  char *environment[] = {nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  for (auto _ : state) {
    pid_t pid = 0;
    int status = 0;
    if (posix_spawnp(&pid, name, &actions, nullptr, arguments, environment) !=
            0 ||
        waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 1) {
      state.SkipWithError("libcare-ctl is not in the PATH");
      break;
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}
BENCHMARK(start_libcare_ctl)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
