// The patch brings variables: global and static, initialised and zero, with an
// address in them, and a static local. They keep their values while the patch
// is on and start afresh when it is applied again.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run; patch; run; run; unpatch; run; patch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: none
// CHECK:      == run
// CHECK-NEXT: global 101, zero 1, local 8, name new, large 5
// CHECK-NEXT: == run
// CHECK-NEXT: global 102, zero 2, local 9, name new, large 10
// CHECK:      == run
// CHECK-NEXT: none
// CHECK:      == run
// CHECK-NEXT: global 101, zero 1, local 8, name new, large 5
// CHECK:      exit 0

#include "victim.h"

#if PATCHED
int new_global = 100;
static int new_zero;
static int new_large[5000];
static const char *volatile new_name = "new";
#endif // PATCHED

NOINLINE void report(void) {
#if PATCHED
  static int new_local = 7;
  new_large[4999] += 5;
  new_global++;
  new_zero++;
  new_local++;
  printf("global %d, zero %d, local %d, name %s, large %d\n", new_global,
         new_zero, new_local, new_name, new_large[4999]);
#else // PATCHED
  puts("none");
#endif // PATCHED
}

void show(void) { report(); }
