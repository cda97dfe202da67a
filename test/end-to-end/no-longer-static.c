// A function and variables that were static are not static any more: another
// unit of the patch uses them. They are the program's own, where they were, also
// for code that jumps to the function with a short jump.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -fPIC -ffunction-sections -Wl,--gc-sections | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 3 7 203 5
// CHECK-NEXT: other 0
// CHECK:      == run
// CHECK-NEXT: 3 7 203 5
// CHECK-NEXT: other 1207
// CHECK:      == run
// CHECK-NEXT: 3 7 203 5
// CHECK-NEXT: other 0
// CHECK:      exit 0

//--- prog.c
#include "victim.h"

#if PATCHED
#define PRIVATE
#else // PATCHED
#define PRIVATE static
#endif // PATCHED
// Names that are words of assembly elsewhere: instructions, options of .loc.
PRIVATE NOINLINE int leave(int a) { return a + 1; }
PRIVATE int view = 200;
PRIVATE const int table[] = {3, 4, 5};
PRIVATE char zero[16];

NOINLINE int tail(int a) { return leave(2 * a); }
NOINLINE int tail_or_not(int a) { return a > 2 ? leave(2 * a) : 0; }
NOINLINE int variables(int i) { return view + table[i] + zero[i]; }
int (*volatile pointer)(int) = leave;
int other(int a);

// The program changes what is not constant, so that a copy would show.
NOINLINE void change(int by) { view += by, zero[1] += by; }

void show(void) {
  change(1);
  printf("%d %d %d %d\n", tail(1), tail_or_not(3), variables(0) - 1,
         pointer(4));
  printf("other %d\n", other(1));
  change(-1);
}

//--- other.c
#if PATCHED
int leave(int a);
extern int view;
extern const int table[3];
extern char zero[16];
int other(int a) { return leave(view + table[a] + zero[1]) + 1000; }
#else // PATCHED
int other(int a) {
  volatile int zero = a - a; // room for a jump
  return zero;
}
#endif // PATCHED
