// Switches that the compiler turns into jump tables: the replacement brings its
// own table, longer than the old one, and a function beside it that did not
// change keeps its own.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run 3; run 7; patch; run 3; run 7; unpatch; run 7; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run 3; run 7; patch; run 3; run 7; unpatch; run 7; end' \
// RUN:   -- -O2 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run 3; run 7; patch; run 3; run 7; unpatch; run 7; end' \
// RUN:   -- -O0 -fPIC | FileCheck %s

// CHECK:      == run 3
// CHECK-NEXT: old 30, other 9
// CHECK-NEXT: == run 7
// CHECK-NEXT: old -1, other -1
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run 3
// CHECK-NEXT: new 31, other 9
// CHECK-NEXT: == run 7
// CHECK-NEXT: new 70, other -1
// CHECK:      == run 7
// CHECK-NEXT: old -1, other -1
// CHECK:      exit 0

#include <stdlib.h>

#include "victim.h"

static volatile int zero;

NOINLINE int other(int n) {
  switch (n) {
  case 0: return zero;
  case 1: return zero + 1;
  case 2: return zero * 4 + 4;
  case 3: return 9 - zero;
  case 4: return 16 ^ zero;
  case 5: return 25 | zero;
  default: return -1;
  }
}

NOINLINE int pick(int n) {
  switch (n) {
  case 0: return zero + 2;
  case 1: return 10 - zero;
  case 2: return 20 | zero;
#if PATCHED
  case 3: return 31 + zero;
  case 6: return 60 ^ zero;
  case 7: return 70 - zero;
  case 8: return zero ? 80 : 81;
#else // PATCHED
  case 3: return 30 + zero;
#endif // PATCHED
  case 4: return 40 ^ zero;
  case 5: return 50 * (zero + 1);
  default: return -1;
  }
}

NOINLINE const char *version(void) {
  return pick(3) == 30 ? "old" : "new";
}

void show(void) {
  int n = atoi(command);
  printf("%s %d, other %d\n", version(), pick(n), other(n));
}
