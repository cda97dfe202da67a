// Thread-local variables of a program: the model that is made for one, and
// descriptors, which the linker turns into it.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -ftls-model=local-exec | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC -mtls-dialect=gnu2 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: here 101 there 101
// CHECK:      == run
// CHECK-NEXT: here 1102 there 1101
// CHECK:      == run
// CHECK-NEXT: here 103 there 101
// CHECK:      exit 0

#include "two-threads-count.h"

__thread int seen = 100;
static __thread int step = 1;
NOINLINE int next(void) {
#if PATCHED
  return (seen += step) + 1000;
#else // PATCHED
  return seen += step;
#endif // PATCHED
}
