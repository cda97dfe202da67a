// A function of a shared library is replaced; the program that uses it is not
// touched. The library's other functions and its data stay as they are.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 1 calls: 3 + 4 = 34
// CHECK-NEXT: == patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 2 calls: 3 + 4 = 7
// CHECK-NEXT: == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 3 calls: 3 + 4 = 34
// CHECK:      exit 0

//--- libsum.c
static int calls;

int sum_calls(void) { return calls; }

int sum(int a, int b) {
  calls++;
#if PATCHED
  return a + b;
#else // PATCHED
  return a * 10 + b;
#endif // PATCHED
}

//--- prog.c
#include "victim.h"

int sum(int a, int b);
int sum_calls(void);

void show(void) {
  int result = sum(3, 4);
  printf("%d calls: 3 + 4 = %d\n", sum_calls(), result);
}
