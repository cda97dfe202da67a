// Programs that are linked in other ways than usual: at a fixed address, and
// without a dynamic linker (static, static-pie): no library to borrow code from,
// no symbols of a loader. Imports, the program's own variables and strings are
// found in each, and system calls are injected all the same. The same with
// another C library is musl.test.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -g -no-pie -fno-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -static | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -static-pie -fPIE | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old 5, round 1
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new 6, round 2
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: old 5, round 3
// CHECK:      exit 0

#include "victim.h"

static int rounds;

NOINLINE void report(const char *text) {
  rounds++;
#if PATCHED
  printf("new %zu, round %d\n", strlen(text) + 1, rounds);
#else // PATCHED
  printf("old %zu, round %d\n", strlen(text), rounds);
#endif // PATCHED
}

void show(void) { report(command[0] ? command : "hello"); }
