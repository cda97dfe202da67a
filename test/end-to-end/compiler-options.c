// The same change under the options that people build with. Each of them moves
// code, labels or unwind information about in its own way; what the patch does
// must not depend on it. Two functions change: `mix` and, where the compiler
// put it there, the function that `helper` was inlined into.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O3 | FileCheck %s
// RUN: %patch-cycle %s %t -- -Os | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fcf-protection | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -ffunction-sections -fdata-sections \
// RUN:   -Wl,--gc-sections | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-plt | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g3 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-asynchronous-unwind-tables | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -fstack-protector-strong -Wformat \
// RUN:   -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -mcmodel=large -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -pipe -march=x86-64-v3 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old 21: seven
// CHECK-NEXT: calls 1
// CHECK:      == patch
// CHECK-NEXT: {{[0-9]+}} patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: new 47: seven!
// CHECK-NEXT: calls 2
// CHECK:      == unpatch
// CHECK-NEXT: {{[0-9]+}} patch hunk(s) were successfully cancelled
// CHECK:      == run
// CHECK-NEXT: old 21: seven
// CHECK-NEXT: calls 3
// CHECK:      exit 0

#include <stdlib.h>

#include "victim.h"

static int calls;
static const int weights[] = {1, 2, 3, 4, 5, 6, 7};

static const char *name(int n) {
  switch (n) {
  case 1: return "one";
  case 3: return "three";
  case 5: return "five";
#if PATCHED
  case 7: return "seven!";
#else // PATCHED
  case 7: return "seven";
#endif // PATCHED
  case 9: return "nine";
  default: return "many";
  }
}

static int helper(const int *values, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++)
#if PATCHED
    sum += values[i] * (i % 3);
#else // PATCHED
    sum += values[i] * (i % 2);
#endif // PATCHED
  return sum;
}

NOINLINE int mix(int n) {
  char buffer[64];
  calls++;
#if PATCHED
  snprintf(buffer, sizeof buffer, "new %d", helper(weights, n) + 22);
#else // PATCHED
  snprintf(buffer, sizeof buffer, "old %d", helper(weights, n) + 9);
#endif // PATCHED
  printf("%s: %s\n", buffer, name(n));
  return n;
}

void show(void) {
  mix(7);
  printf("calls %d\n", calls);
}
