// Coroutines that the C library knows nothing of: one that a few instructions
// switch, one by setjmp and longjmp, which hide the saved stack pointer. All
// that there is of it is a stack pointer somewhere. Suspended inside a function
// to be replaced, though the stack also has an old context above: refused.

// REQUIRES: ptrace, arch-x86_64, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; sh libcare-ctl patch --timeout 0.3 -p @PID@ @OUT@/patch-1; run; run; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run; sh libcare-ctl patch --timeout 0.3 -p @PID@ @OUT@/patch-1; run; run; end' \
// RUN:   -- -O2 -DSETJMP | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: coroutine: inside old
// CHECK:      error: {{.*}}'suspended' [kpatch-coroutine]
// CHECK:      exit status 3
// CHECK-NEXT: == run
// CHECK-NEXT: coroutine: left old
// CHECK-NEXT: == run
// CHECK-NEXT: coroutine: inside old
// CHECK:      exit 0

#include <setjmp.h>
#include <stdlib.h>
#include <ucontext.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static ucontext_t main_context, first_context; // only to begin with

#ifdef SETJMP
static jmp_buf main_jump, coroutine_jump;

static void to_main(void) {
  if (!_setjmp(coroutine_jump))
    longjmp(main_jump, 1);
}
static void to_coroutine(void) {
  if (!_setjmp(main_jump))
    longjmp(coroutine_jump, 1);
}
static void leave_first_context(void) {
  if (!_setjmp(coroutine_jump))
    setcontext(&main_context);
}

#else // SETJMP
static void *main_sp, *coroutine_sp;

#define SAVE                                                                   \
  "push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15;"          \
  "mov %rsp, (%rdi);"
__attribute__((naked, noinline)) static void switch_stack(void **from,
                                                          void *to) {
  __asm__(SAVE "mov %rsi, %rsp; pop %r15; pop %r14; pop %r13; pop %r12;"
               "pop %rbx; pop %rbp; ret");
}
__attribute__((naked, noinline)) static void
switch_to_context(void **from, const ucontext_t *to) {
  __asm__(SAVE "mov %rsi, %rdi; jmp setcontext@PLT");
}

static void to_main(void) { switch_stack(&coroutine_sp, main_sp); }
static void to_coroutine(void) { switch_stack(&main_sp, coroutine_sp); }
static void leave_first_context(void) {
  switch_to_context(&coroutine_sp, &main_context);
}
#endif // SETJMP

NOINLINE void suspended(void) {
#if PATCHED
  const char *version = "new";
#else // PATCHED
  const char *version = "old";
#endif // PATCHED
  printf("coroutine: inside %s\n", version);
  to_main();
  printf("coroutine: left %s\n", version);
}

// Deep enough that what is suspended is below the context it began with.
NOINLINE void deeper(int depth) {
  volatile char room[256];
  room[0] = (char)depth;
  if (depth)
    deeper(depth - 1);
  else
    suspended();
  room[1] = room[0];
}

static void body(void) {
  swapcontext(&first_context, &main_context);
  leave_first_context();
  for (;;) {
    deeper(8);
    to_main();
  }
}

static void start(void) {
  getcontext(&first_context);
  first_context.uc_stack.ss_size = 256 * 1024;
  first_context.uc_stack.ss_sp = malloc(first_context.uc_stack.ss_size);
  first_context.uc_link = NULL;
  makecontext(&first_context, body, 0);
  swapcontext(&main_context, &first_context);
  swapcontext(&main_context, &first_context);
}

void show(void) { to_coroutine(); }
