// A coroutine that is switched out inside a function to be replaced: its stack
// is no thread's stack, yet it will go on in the old code. Refused. Once the
// coroutine has left the function, the return address that is left over below
// its stack pointer does not count.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run enter; patch; run state; run leave; patch; run enter; \
// RUN:   unpatch; run leave; unpatch; run enter; end' \
// RUN:   | FileCheck %s

// CHECK:      == run enter
// CHECK-NEXT: coroutine: inside old
// CHECK-NEXT: == patch
// CHECK:      libcare-ctl: error: {{.*}}'suspended'
// CHECK:      exit status 3
// CHECK-NEXT: == run state
// CHECK-NEXT: main goes on
// CHECK-NEXT: == run leave
// CHECK-NEXT: coroutine: left old
// CHECK-NEXT: == patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run enter
// CHECK-NEXT: coroutine: inside new
// CHECK-NEXT: == unpatch
// CHECK:      libcare-ctl: error: {{.*}}'suspended'
// CHECK:      exit status 3
// CHECK-NEXT: == run leave
// CHECK-NEXT: coroutine: left new
// CHECK-NEXT: == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run enter
// CHECK-NEXT: coroutine: inside old
// CHECK:      exit 0

#include <stdlib.h>
#include <ucontext.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static ucontext_t main_context, coroutine;

NOINLINE void suspended(void) {
#if PATCHED
  const char *version = "new";
#else // PATCHED
  const char *version = "old";
#endif // PATCHED
  printf("coroutine: inside %s\n", version);
  swapcontext(&coroutine, &main_context);
  printf("coroutine: left %s\n", version);
}

static void body(void) {
  for (;;) {
    suspended();
    swapcontext(&coroutine, &main_context);
  }
}

static void start(void) {
  getcontext(&coroutine);
  coroutine.uc_stack.ss_size = 256 * 1024;
  coroutine.uc_stack.ss_sp = malloc(coroutine.uc_stack.ss_size);
  coroutine.uc_link = NULL;
  makecontext(&coroutine, body, 0);
}

void show(void) {
  if (!strcmp(command, "state"))
    puts("main goes on");
  else
    swapcontext(&main_context, &coroutine);
}
