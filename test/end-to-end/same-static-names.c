// Two units have a static function and a static variable of the same names and
// of nearly the same text, and each changes in its own way: a patch that
// looked names up in the whole binary would mix up code or variables.

// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie -s | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 1 2 15 107
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 2 2 1016 2109
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 3 2 17 109

//--- prog.c
#include "victim.h"

int first(void);
int second(void);
static int state;

static NOINLINE int helper(int x) { return x + 1; }

void show(void) {
  state++;
  printf("%d %d %d %d\n", state, helper(1), first(), second());
}

//--- first.c
static int state = 4;

static __attribute__((noinline, noclone)) int helper(int x) {
  state++;
#if PATCHED
  return x + 1010 + state;
#else // PATCHED
  return x + 10 + state;
#endif // PATCHED
}

int first(void) { return helper(0); }

//--- second.c
static int state = 6;

static __attribute__((noinline, noclone)) int helper(int x) {
  state++;
#if PATCHED
  return x + 2101 + state;
#else // PATCHED
  return x + 100 + state;
#endif // PATCHED
}

int second(void) { return helper(0); }
