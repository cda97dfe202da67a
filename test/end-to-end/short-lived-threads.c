// Threads come and go all the time while the patch is applied and taken off:
// none of them may be left stopped, hold up the patch, or see half of it.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run; patch; run; unpatch; run; patch; run; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: threads go on, old and old
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: threads go on, new and new
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: threads go on, old and old
// CHECK:      == run
// CHECK-NEXT: threads go on, new and new
// CHECK:      == run
// CHECK-NEXT: threads go on, old and old
// CHECK:      exit 0

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static volatile unsigned long generation;
static const char *volatile seen = "nothing";

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void *brief(void *unused) {
  seen = word();
  return unused;
}

static void *breed(void *unused) {
  for (;;) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
      if (pthread_create(&threads[i], NULL, brief, NULL))
        abort();
    for (int i = 0; i < 8; i++)
      pthread_join(threads[i], NULL);
    generation++;
  }
  return unused;
}

static void start(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, breed, NULL);
}

void show(void) {
  unsigned long begin = generation;
  while (generation < begin + 3)
    usleep(100);
  printf("threads go on, %s and %s\n", seen, word());
}
