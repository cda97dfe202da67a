// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The least that stopping a process costs on this machine: stop all threads,
// read their registers, let them go. Time is counted as libcare-ctl counts it,
// from the first request to stop to the last thread let go; becoming the tracer
// happens before. freeze.py compares libcare-ctl with it.
//
//     stopfloor PID [ROUNDS]     prints the median in microseconds
#include <dirent.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

enum { max_threads = 65536, max_rounds = 1000 };

static pid_t threads[max_threads];
static double times[max_rounds];

static double now_microseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int list_threads(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *folder = opendir(path);
  if (!folder) {
    perror(path);
    exit(1);
  }
  int count = 0;
  struct dirent *entry;
  while ((entry = readdir(folder)) && count < max_threads)
    if (entry->d_name[0] != '.')
      threads[count++] = atoi(entry->d_name);
  closedir(folder);
  return count;
}

static double stop_once(int count) {
  for (int i = 0; i < count; i++)
    if (ptrace(PTRACE_SEIZE, threads[i], 0, 0)) {
      perror("stopfloor: PTRACE_SEIZE");
      exit(1);
    }
  double begin = now_microseconds();
  for (int i = 0; i < count; i++)
    ptrace(PTRACE_INTERRUPT, threads[i], 0, 0);
  for (int i = 0; i < count; i++) {
    int status;
    waitpid(threads[i], &status, __WALL);
  }
  for (int i = 0; i < count; i++) {
    struct user_regs_struct registers;
    struct iovec area = {&registers, sizeof registers};
    ptrace(PTRACE_GETREGSET, threads[i], (void *)NT_PRSTATUS, &area);
  }
  for (int i = 0; i < count; i++)
    ptrace(PTRACE_DETACH, threads[i], 0, 0);
  return now_microseconds() - begin;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: stopfloor PID [ROUNDS]\n");
    return 2;
  }
  int pid = atoi(argv[1]), rounds = argc > 2 ? atoi(argv[2]) : 15;
  if (rounds < 1 || rounds > max_rounds)
    rounds = 15;
  for (int round = 0; round < rounds; round++)
    times[round] = stop_once(list_threads(pid));
  qsort(times, (size_t)rounds, sizeof *times, compare);
  printf("%.0f\n", times[rounds / 2]);
  return 0;
}
