// The tool is killed between the stop that announces a signal to be delivered
// and the resume that hands it back. The signal must be delivered: a wait for
// the stop in the usual way would have taken it out of the thread.

// REQUIRES: ptrace, strace, arch-x86_64

// RUN: %gcc -O2 %s -o %t.exe
// RUN: %with-victim %t.exe %t.log -- sh %S/Inputs/killed-in-ptrace.sh \
// RUN:   3 40 %build/bin/process-probe getpid @PID@ 1
// RUN: FileCheck %s --input-file=%t.log --implicit-check-not=lost

// CHECK: ready
// CHECK: all arrived

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile unsigned long taken;

static void on_signal(int number) {
  (void)number;
  taken++;
}

int main(void) {
  signal(SIGUSR1, on_signal);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  time_t last = 0;
  for (unsigned long sent = 1;; sent++) {
    // To this thread: delivered before the call returns.
    syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1);
    if (taken != sent)
      printf("lost: %lu sent, %lu taken\n", sent, taken);
    taken = sent;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_nsec / 10000000 != last)
      puts("all arrived");
    last = now.tv_nsec / 10000000;
  }
}
