// A coroutine that is suspended inside a function half of the time, and goes on
// many thousand times a second: it may get there between the search of the
// memory and the stop. It must never go on in old code that calls new.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; \
// RUN:   sh sh %S/Inputs/patch-and-unpatch.sh 20 @PID@ @OUT@/patch-1; \
// RUN:   run; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 0 mixed
// CHECK-COUNT-20: 2 patch hunk(s) were successfully cancelled
// CHECK-NOT:  exit status
// CHECK:      == run
// CHECK-NEXT: 0 mixed
// CHECK:      exit 0

#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

#define VICTIM_SETUP start()
static void start(void);
#include "victim.h"

static ucontext_t scheduler, coroutine;
static volatile int mixed;
static volatile unsigned long rounds;

NOINLINE int version(void) {
  __asm__ volatile("");
#if PATCHED
  return 1;
#else // PATCHED
  return 0;
#endif // PATCHED
}

NOINLINE void suspended(void) {
#if PATCHED
  int expected = 1;
#else // PATCHED
  int expected = 0;
#endif // PATCHED
  swapcontext(&coroutine, &scheduler);
  if (version() != expected)
    mixed++;
}

static void body(void) {
  for (;;) {
    suspended();
    swapcontext(&coroutine, &scheduler);
  }
}

static void *schedule(void *unused) {
  for (;; rounds++)
    swapcontext(&scheduler, &coroutine);
  return unused;
}

static void start(void) {
  pthread_t thread;
  getcontext(&coroutine);
  coroutine.uc_stack.ss_size = 64 * 1024;
  coroutine.uc_stack.ss_sp = malloc(coroutine.uc_stack.ss_size);
  coroutine.uc_link = NULL;
  makecontext(&coroutine, body, 0);
  pthread_create(&thread, NULL, schedule, NULL);
}

void show(void) {
  unsigned long begin = rounds;
  while (rounds < begin + 4)
    ;
  printf("%d mixed\n", mixed);
}
