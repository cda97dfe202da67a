// A function with further names: aliases, weak ones and one with a version. The
// one function is replaced once, and every name arrives at the replacement.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC -g | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: one old, two old, three old, pointer old, library old old
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: one new, two new, three new, pointer new, library new new
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: one old, two old, three old, pointer old, library old old
// CHECK:      exit 0

//--- libalias.c
const char *library_one(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}
const char *library_two(void) __attribute__((weak, alias("library_one")));

//--- prog.c
#include "victim.h"

const char *library_one(void), *library_two(void);

NOINLINE const char *one(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}
const char *two(void) __attribute__((alias("one")));
static const char *three(void) __attribute__((weakref("one")));

const char *(*volatile pointer)(void) = two;

void show(void) {
  printf("one %s, two %s, three %s, pointer %s, library %s %s\n", one(), two(),
         three(), pointer(), library_one(), library_two());
}
