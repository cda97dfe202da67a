// A thread in a signal handler on an alternate stack, which interrupted a
// function that the patch replaces: the frame is on the other stack, where the
// stack pointer does not point. Refused until the handler has returned.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run; patch; run; info; run leave; patch; run; unpatch; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK-NEXT: == patch
// CHECK:      libcare-ctl: error: {{.*}}'interrupted'
// CHECK:      exit status 3
// CHECK-NEXT: == run
// CHECK-NEXT: old
// CHECK-NEXT: == info
// CHECK-NOT:  Patch id
// CHECK:      == run leave
// CHECK-NEXT: left
// CHECK:      == patch
// CHECK-NEXT: 2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK:      exit 0

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static volatile int in_handler, may_leave, has_left;

static void handler(int number) {
  (void)number;
  in_handler = 1;
  while (!may_leave)
    usleep(1000);
}

NOINLINE void interrupted(void) {
#if PATCHED
  puts("never called");
#endif // PATCHED
  raise(SIGUSR1);
  puts("left");
}

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void *work(void *unused) {
  stack_t stack = {.ss_size = 64 * 1024};
  stack.ss_sp = malloc(stack.ss_size);
  sigaltstack(&stack, NULL);
  interrupted();
  has_left = 1;
  for (;;)
    pause();
  return unused;
}

static void start(void) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  pthread_t thread;
  sigaction(SIGUSR1, &action, NULL);
  pthread_create(&thread, NULL, work, NULL);
  while (!in_handler)
    usleep(100);
}

void show(void) {
  if (!strcmp(command, "leave"))
    for (may_leave = 1; !has_left;)
      usleep(100);
  else
    puts(word());
}
