// Thousands of coroutines whose stacks lie in one mapping: the mapping is
// looked through once, not once for each of them, which took minutes.

// REQUIRES: ptrace, gcc-plugin
// RUN: timeout 60 %patch-cycle %s %t \
// RUN:   --steps='run all; patch; run all; unpatch; run all; end' | FileCheck %s

// CHECK:      == run all
// CHECK-NEXT: 10000 of old
// CHECK-NEXT: == patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run all
// CHECK-NEXT: 10000 of new
// CHECK-NEXT: == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run all
// CHECK-NEXT: 10000 of old
// CHECK:      exit 0

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

enum { COUNT = 10000, STACK_SIZE = 16 * 1024 };

static ucontext_t main_context, coroutines[COUNT];
static ucontext_t *current;

static char version[8];
static int length;

// Calls something, so that a return address is left over on each stack.
NOINLINE void note_version(void) {
#if PATCHED
  length = snprintf(version, sizeof version, "%s", "new");
#else // PATCHED
  length = snprintf(version, sizeof version, "%s", "old");
#endif // PATCHED
}

static void body(void) {
  for (;;) {
    note_version();
    swapcontext(current, &main_context);
  }
}

static void start(void) {
  char *stacks = mmap(NULL, (size_t)COUNT * STACK_SIZE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (int i = 0; i < COUNT; ++i) {
    getcontext(&coroutines[i]);
    coroutines[i].uc_stack.ss_sp = stacks + (size_t)i * STACK_SIZE;
    coroutines[i].uc_stack.ss_size = STACK_SIZE;
    coroutines[i].uc_link = NULL;
    makecontext(&coroutines[i], body, 0);
  }
}

void show(void) {
  for (int i = 0; i < COUNT; ++i) {
    current = &coroutines[i];
    swapcontext(&main_context, current);
  }
  printf("%d of %s\n", COUNT, version);
}
