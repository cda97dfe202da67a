// With -fipa-ra (part of -O2) the compiler knows which registers a function of
// the same file leaves alone, and its callers keep values in them. A
// replacement that uses more registers would destroy the caller's values: the
// callers must be in the patch then, with the registers that it leaves alone.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: sum 29
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: sum 29
// CHECK:      == run
// CHECK-NEXT: sum 29
// CHECK:      exit 0

#include "victim.h"

static volatile int input = 1, sink;

NOINLINE static void record(int n) {
  sink = n;
#if PATCHED
  // Overwrites every register that a function may use freely.
  __asm__ volatile("xorl %%eax, %%eax; xorl %%ecx, %%ecx; xorl %%edx, %%edx;"
                   "xorl %%esi, %%esi; xorl %%edi, %%edi; xorl %%r8d, %%r8d;"
                   "xorl %%r9d, %%r9d; xorl %%r10d, %%r10d; xorl %%r11d, %%r11d"
                   :
                   :
                   : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                     "r11", "cc");
#endif // PATCHED
}

NOINLINE int sum(int a, int b, int c, int d, int e, int f) {
  int g = a + f, h = b + e;
  record(a * c);
  return a + b + c + d + e + f + g + h - 7 + input;
}

void show(void) {
  int one = input;
  printf("sum %d\n", sum(one, one + 1, one + 2, one + 3, one + 4, one + 5));
}
