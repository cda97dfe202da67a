// Two threads call a function all the time while it is replaced and put back.
// Each sees old, then new, then old, and neither is lost: both go on counting.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: threads see old old
// CHECK-NEXT: == patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: threads see new new
// CHECK:      == run
// CHECK-NEXT: threads see old old
// CHECK:      exit 0

#include <pthread.h>
#include <unistd.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static const char *volatile seen[2];
static volatile unsigned long rounds[2];

NOINLINE const char *word(void) {
  __asm__ volatile(""); // else one call is enough for the whole loop
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void *work(void *which) {
  long index = (long)which;
  for (;;) {
    seen[index] = word();
    rounds[index]++;
  }
  return NULL;
}

static void start(void) {
  pthread_t thread;
  for (long index = 0; index < 2; index++)
    pthread_create(&thread, NULL, work, (void *)index);
}

// Waits for two more rounds of each thread: the first may have begun earlier.
void show(void) {
  for (int index = 0; index < 2; index++) {
    unsigned long begin = rounds[index];
    while (rounds[index] < begin + 2)
      usleep(100);
  }
  printf("threads see %s %s\n", seen[0], seen[1]);
}
