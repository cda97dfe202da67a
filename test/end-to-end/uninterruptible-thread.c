// A thread is asleep where the kernel does not let it stop. The others are not
// held up for it: after the time limit the process is refused, with the thread
// and its state, and the program goes on as it was. Once the thread has woken
// up, the same patch goes in.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --ldlibs=-pthread \
// RUN:   --steps='send sleep; wait asleep; wait .; \
// RUN:   sh libcare-ctl patch -p @PID@ --timeout 0.5 @OUT@/patch-1; run; \
// RUN:   patch-start; sh kill -USR1 $(cat /proc/@PID@/task/*/children); patch-wait; \
// RUN:   run; unpatch; run; end' | FileCheck %s

// CHECK:      == sh libcare-ctl patch
// CHECK-NEXT: error: pid PID: thread {{[0-9]+}} (sleeper) does not stop (state D (disk sleep)) [kpatch-not-safe-now]
// CHECK-NEXT: note: nothing was changed; 1 attempt in 0.5 s
// CHECK:      exit status 3
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      == unpatch
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      exit 0

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

static int nap(void *ready) {
  sigset_t wanted;
  int got;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigprocmask(SIG_BLOCK, &wanted, NULL);
  if (write(*(int *)ready, "", 1) == 1)
    sigwait(&wanted, &got);
  return 0;
}

// As in vfork(2), it waits until the child has ended, but the child has memory
// of its own.
static void *sleeper(void *ready) {
  static char stack[65536];
  prctl(PR_SET_NAME, "sleeper");
  clone(nap, stack + sizeof stack, CLONE_VFORK | SIGCHLD, ready);
  wait(NULL);
  return NULL;
}

static void start_sleeper(void) {
  static int ends[2];
  pthread_t thread;
  char byte;
  if (pipe(ends) == 0 &&
      pthread_create(&thread, NULL, sleeper, &ends[1]) == 0 &&
      read(ends[0], &byte, 1) == 1)
    puts("asleep");
}

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

void show(void) {
  if (strcmp(command, "sleep") == 0)
    start_sleeper();
  else
    puts(word());
}
