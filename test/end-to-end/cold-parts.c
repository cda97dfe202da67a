// A function whose unlikely half lives in a .cold part elsewhere: replacement
// and original each use their own half, and a new one may have none.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run 1; run -1; patch 1; run 1; run -1; unpatch; \
// RUN:   run 1; run -1; patch 2; run 1; run -1; unpatch; run -1; end' | FileCheck %s
// RUN: llvm-readelf -sW %t/original/prog | FileCheck %s --check-prefix=PART

// PART: divide.cold

// CHECK:      == run 1
// CHECK-NEXT: old: 100
// CHECK-NEXT: == run -1
// CHECK-NEXT: old cold: -1
// CHECK-NEXT: old: 0
// CHECK:      == run 1
// CHECK-NEXT: new: 200
// CHECK-NEXT: == run -1
// CHECK-NEXT: new cold: -1
// CHECK-NEXT: new: 0
// CHECK:      == run 1
// CHECK-NEXT: old: 100
// CHECK-NEXT: == run -1
// CHECK-NEXT: old cold: -1
// CHECK-NEXT: old: 0
// CHECK:      == run 1
// CHECK-NEXT: whole: 1
// CHECK-NEXT: == run -1
// CHECK-NEXT: whole: -1
// CHECK:      == run -1
// CHECK-NEXT: old cold: -1
// CHECK-NEXT: old: 0
// CHECK:      exit 0

#include <stdlib.h>

#include "victim.h"

__attribute__((cold, noinline)) void complain(const char *version, int n) {
  printf("%s cold: %d\n", version, n);
}

NOINLINE int divide(int n) {
#if PATCHED == 1
  if (n <= 0) {
    complain("new", n);
    return printf("new: %d\n", 0);
  }
  return printf("new: %d\n", 200 / n);
#endif // PATCHED
#if PATCHED == 2
  return printf("whole: %d\n", n);
#endif // PATCHED
#if PATCHED == 0
  if (n <= 0) {
    complain("old", n);
    return printf("old: %d\n", 0);
  }
  return printf("old: %d\n", 100 / n);
#endif // PATCHED
}

void show(void) { divide(atoi(command)); }
