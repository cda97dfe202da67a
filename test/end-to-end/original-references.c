// Patched code uses what the original has: its functions and static functions,
// the live values of its variables, static and static local ones among them,
// its constants and strings, and the addresses of all these are the same.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -g | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old: 1
// CHECK:      == run
// CHECK-NEXT: new: counter 12 hidden 22 local 4 twice 14 thrice 21
// CHECK-NEXT: table abc, same function yes, same data yes
// CHECK:      == run
// CHECK-NEXT: old: 3
// CHECK:      exit 0

#include "victim.h"

int counter = 10;
static int hidden = 20;
static const char *const table[] = {"a", "b", "c"};
static int *volatile hidden_address = &hidden;

NOINLINE int twice(int n) { return n * 2; }
NOINLINE static int thrice(int n) { return n * 3; }
static int (*volatile thrice_address)(int) = thrice;

NOINLINE static int next_local(void) {
  static int local = 2;
  return ++local;
}

NOINLINE void report(int round) {
#if PATCHED
  printf("new: counter %d hidden %d local %d twice %d thrice %d\n", counter,
         hidden, next_local(), twice(7), thrice(7));
  printf("table %s%s%s, same function %s, same data %s\n", table[round - 2],
         table[round - 1], table[round], thrice == thrice_address ? "yes" : "no",
         &hidden == hidden_address ? "yes" : "no");
#else // PATCHED
  next_local();
  printf("old: %d\n", round);
#endif // PATCHED
}

void show(void) {
  static int round;
  counter++;
  hidden++;
  thrice_address(twice(1));
  report(++round);
}
