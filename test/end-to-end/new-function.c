// The patch brings functions that the original does not have, a global and a
// static one, one of them recursive and one reached through a pointer.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 5 -> 5
// CHECK-NEXT: == patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 5 -> 121
// CHECK-NEXT: == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 5 -> 5
// CHECK:      exit 0

#include "victim.h"

#if PATCHED
int factorial(int n);
NOINLINE int factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }

NOINLINE static int plus_one(int n) { return n + 1; }

int (*volatile step)(int) = plus_one;
#endif // PATCHED

NOINLINE int compute(int n) {
#if PATCHED
  return step(factorial(n));
#else // PATCHED
  return n;
#endif // PATCHED
}

void show(void) { printf("5 -> %d\n", compute(5)); }
