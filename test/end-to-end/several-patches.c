// Several patches in one process: a second one on the same function, one on
// another function. Each is taken off by its id; what is left is the newest
// patch that remains, in the end the original.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch 1; run; patch 2; run; info; \
// RUN:   unpatch 2; run; patch 3; run; unpatch 1; run; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: first 0 second 0
// CHECK:      == patch 1
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: first 1 second 0
// CHECK:      == patch 2
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: first 2 second 0
// CHECK-NEXT: == info
// CHECK:      Applied patch number:     2
// CHECK-NEXT: Patch id:                 0001
// CHECK-NEXT: Patch id:                 0002
// CHECK:      == unpatch 2
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: first 1 second 0
// CHECK:      == patch 3
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: first 1 second 3
// CHECK:      == unpatch 1
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: first 0 second 3
// CHECK:      == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: first 0 second 0
// CHECK:      exit 0

#include "victim.h"

NOINLINE const char *first(void) {
#if PATCHED == 1
  return "first 1";
#endif // PATCHED
#if PATCHED == 2
  return "first 2";
#endif // PATCHED
  return "first 0";
}

NOINLINE const char *second(void) {
#if PATCHED == 3
  return "second 3";
#endif // PATCHED
  return "second 0";
}

void show(void) { printf("%s %s\n", first(), second()); }
