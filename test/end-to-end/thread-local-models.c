// Existing thread-local variables of a program and of a library under each model
// of access that a compiler can be told to use, descriptors (gnu2) included.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -ftls-model=local-dynamic | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC -ftls-model=global-dynamic -fno-plt | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -mtls-dialect=gnu2 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC -ftls-model=local-dynamic -mtls-dialect=gnu2 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: here 101 there 101
// CHECK:      == run
// CHECK-NEXT: here 1102 there 1101
// CHECK:      == run
// CHECK-NEXT: here 103 there 101
// CHECK:      exit 0

//--- libcount.c
__thread int seen = 100;
static __thread volatile int step = 1;
int next(void) {
#if PATCHED
  return (seen += step) + 1000;
#else // PATCHED
  return seen += step;
#endif // PATCHED
}

//--- prog.c
#include "two-threads-count.h"
