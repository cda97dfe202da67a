// Programs with another C library, musl: its dynamic linker keeps its lists in
// another way, its threads look different, and the static program has other
// instructions to make calls with.

// REQUIRES: ptrace, gcc-plugin, musl
// RUN: %patch-cycle %s %t --env=KPCCREAL=musl-gcc -- -O2 -g -Wl,--build-id | FileCheck %s
// RUN: %patch-cycle %s %t --env=KPCCREAL=musl-gcc -- -O2 -g -static -Wl,--build-id | FileCheck %s

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
