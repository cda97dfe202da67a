// A thread that never leaves a function which the patch replaces: refused with
// status 3, thread and function named, nothing changed. The function is on top
// of the stack, or below a call into libc, or deep below other functions.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --program-args=top --steps='run; patch; run; info; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --program-args=libc --steps='run; patch; run; info; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --program-args=deep --steps='run; patch; run; info; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --program-args=deep --steps='run; patch; run; info; end' \
// RUN:   -- -O2 -fomit-frame-pointer -fno-asynchronous-unwind-tables \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: worker [[TID:[0-9]+]], old
// CHECK-NEXT: == patch
// CHECK:      libcare-ctl: error: {{.*}}thread [[TID]]{{.*}}'occupied'
// CHECK:      libcare-ctl: note:
// CHECK:      exit status 3
// CHECK-NEXT: == run
// CHECK-NEXT: worker [[TID]], old
// CHECK-NEXT: == info
// CHECK-NOT:  Patch id
// CHECK:      == end
// CHECK-NEXT: exit 0

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VICTIM_SETUP start(argv[1])
static void start(const char *where);
#include "victim.h"

static volatile int worker, spins;

NOINLINE static int recurse(int depth) {
  volatile char frame[100];
  frame[depth % 100] = (char)depth;
  if (depth > 0)
    return recurse(depth - 1) + frame[depth % 100];
  for (;;)
    pause();
}

NOINLINE int occupied(const char *where) {
#if PATCHED
  puts("new");
#endif // PATCHED
  worker = (int)syscall(SYS_gettid);
  if (!strcmp(where, "deep"))
    return recurse(300) + 1;
  while (!strcmp(where, "libc"))
    pause();
  for (;;)
    spins++;
}

NOINLINE const char *other(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void *work(void *where) {
  return (void *)(long)occupied(where);
}

static void start(const char *where) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, (void *)where);
  while (!worker)
    usleep(100);
}

void show(void) { printf("worker %d, %s\n", worker, other()); }
