// libcare-ctl is killed with SIGKILL at many different instants while it
// patches and unpatches. The process always goes on, in the old or in the new
// state, never half, and the next call works. Two functions must never
// disagree, two threads call them all the time.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; \
// RUN:   sh %python %S/Inputs/kill-while-patching.py @PID@ @OUT@/patch-1; \
// RUN:   run; unpatch; run; patch; run; unpatch; run; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old, 0 mixed
// CHECK:      rounds done
// CHECK-NEXT: == run
// CHECK-NEXT: {{old|new}}, 0 mixed
// CHECK:      == run
// CHECK-NEXT: old, 0 mixed
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new, 0 mixed
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: old, 0 mixed
// CHECK:      exit 0

#include <pthread.h>
#include <unistd.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static volatile int mixed;
static volatile unsigned long rounds[2];

// The empty asm statements: else the compiler calls each function only once.
NOINLINE int first(void) {
  __asm__ volatile("");
#if PATCHED
  return 1;
#else // PATCHED
  return 0;
#endif // PATCHED
}

NOINLINE int second(void) {
  __asm__ volatile("");
#if PATCHED
  return 1 + (int)sizeof mixed - 4;
#else // PATCHED
  return 0 + (int)sizeof mixed - 4;
#endif // PATCHED
}

// A patch may be applied between two calls, so a difference counts only when
// nothing changed around it.
static void *work(void *which) {
  volatile unsigned long *round = which;
  for (;; ++*round) {
    int before = first(), value = second(), after = first();
    if (before == after && value != before && first() == after &&
        second() == value)
      mixed++;
    usleep(50);
  }
  return NULL;
}

static void start(void) {
  pthread_t thread;
  for (int index = 0; index < 2; index++)
    pthread_create(&thread, NULL, work, (void *)&rounds[index]);
}

void show(void) {
  for (int index = 0; index < 2; index++) {
    unsigned long begin = rounds[index];
    while (rounds[index] < begin + 2)
      usleep(100);
  }
  printf("%s, %d mixed\n", first() ? "new" : "old", mixed);
}
