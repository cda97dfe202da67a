// Indirect functions: one of the program, whose resolver ran when the program
// started, and some of libc (`time`, `strlen`, `memcpy`) that only the patch
// imports. Their resolvers may need an aligned stack and must be asked, a patch
// that jumps to a resolver as if it were the function is wrong.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -g -fno-builtin | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-builtin -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-builtin -fno-plt | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old 7
// CHECK:      == run
// CHECK-NEXT: new 8, strlen 5, time passes yes, copy hello, by pointer 8
// CHECK:      == run
// CHECK-NEXT: old 7
// CHECK:      exit 0

#include <time.h>

#include "victim.h"

static int add_one(int n) { return n + 1; }
static int (*resolve(void))(int) { return add_one; }
int chosen(int) __attribute__((ifunc("resolve")));

static volatile const char *volatile word = "hello";

NOINLINE void report(void) {
#if PATCHED
  static int (*volatile pointer)(int) = chosen;
  char copy[16];
  size_t length = strlen((const char *)word);
  memcpy(copy, (const char *)word, length + 1);
  printf("new %d, strlen %zu, time passes %s, copy %s, by pointer %d\n",
         chosen(7), length, time(NULL) > 1000000 ? "yes" : "no", copy,
         pointer(7));
#else // PATCHED
  printf("old %d\n", chosen(6));
#endif // PATCHED
}

void show(void) { report(); }
