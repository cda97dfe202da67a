// Under link-time optimisation a static variable that becomes global, or a
// global one that becomes static, is the same variable: its value goes on.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -flto | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -flto=2 -flto-partition=max | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 6 21
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 1007 1022
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 8 23

#include "victim.h"

#if PATCHED
int shown = 5;
static int hidden = 20;
#else // PATCHED
static int shown = 5;
int hidden = 20;
#endif // PATCHED

NOINLINE int first(void) {
#if PATCHED
  return ++shown + 1000;
#else // PATCHED
  return ++shown;
#endif // PATCHED
}

NOINLINE int second(void) {
#if PATCHED
  return ++hidden + 1000;
#else // PATCHED
  return ++hidden;
#endif // PATCHED
}

void show(void) {
  printf("%d", first());
  printf(" %d\n", second());
}
