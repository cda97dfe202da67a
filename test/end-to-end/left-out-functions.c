// Functions that the original link left out, since their callers have them inline
// or nobody calls them: there is nothing to replace. What in the patch calls
// one of them calls the new one. They are in the patched link, so that other
// functions have other places there, to which tables of jumps lead.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -fPIC -fvisibility=hidden -ffunction-sections \
// RUN:   -fdata-sections -Wl,--gc-sections | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: program 202, library 202, other 4
// CHECK:      3 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: program -1, library -1, other 1007
// CHECK:      == run
// CHECK-NEXT: program 202, library 202, other 4
// CHECK:      exit 0

//--- number.h
int digit(int c) {
#if PATCHED
  if (c < '0' || c > '9')
    return -1;
#endif // PATCHED
  return c - '0';
}
__attribute__((noinline)) static int number(const char *text) {
  int n = 0;
  for (; *text; text++) {
    int d = digit(*text);
    if (d < 0)
      return -1;
    n = 10 * n + d;
  }
  return n;
}

//--- libnumber.c
#include "number.h"
__attribute__((visibility("default"))) int library(const char *text) {
  return number(text);
}

//--- other.c
extern volatile int three;
int not_called(int a) {
#if PATCHED
  return a * three + 1;
#else // PATCHED
  return a;
#endif // PATCHED
}
int long_and_not_called(int a, int b) {
#if PATCHED
  return (a * three + b) * (b * three + 1) * (a + b);
#else // PATCHED
  return (a * three + b) * (b * three + 2) * (a + b);
#endif // PATCHED
}
__attribute__((noinline)) int by_switch(int a) {
  switch (a) {
  case 0: three = 3; return three;
  case 1: return three + 4;
  case 2: return three - 1;
  case 3: return three * three;
  case 4: three++; return 0;
  case 5: return three / 2;
  }
  return 0;
}
int other(int a) {
#if PATCHED
  int (*volatile pointer)(int) = not_called;
  return pointer(a) + 1000;
#else // PATCHED
  return a + by_switch(a);
#endif // PATCHED
}

//--- prog.c
#include "victim.h"

#include "number.h"
__attribute__((visibility("default"))) int library(const char *text);
int other(int a);
volatile int three = 3;

void show(void) {
  printf("program %d, library %d, other %d\n", number("1:2"), library("1:2"),
         other(2));
}
