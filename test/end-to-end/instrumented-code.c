// Code that the compiler adds to each function for profilers, tracers and
// sanitizers is copied like any other: calls in front of the function's own
// code, room for a tracer's jump, checks of each access, tables behind them.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -finstrument-functions | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fpatchable-function-entry=5,2 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fstack-protector-all -fstack-clash-protection | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fsanitize=undefined | FileCheck %s
// RUN: %patch-cycle %s %t --env=ASAN_OPTIONS=detect_leaks=0 -- -O2 -fsanitize=address | FileCheck %s

// The profiler keeps return addresses of its own, which look like a suspended
// coroutine's: a person has to say that they are none.
// RUN: %patch-cycle %s %t --steps='run; patch; run; end' -- -O2 -pg | FileCheck %s --check-prefix=PROFILED
// PROFILED: [kpatch-coroutine]
// PROFILED: note: {{.*}}--ignore-coroutines
// RUN: %patch-cycle %s %t --steps='run; sh libcare-ctl patch --ignore-coroutines -p @PID@ @OUT@/patch-1; run; \
// RUN:   sh libcare-ctl unpatch --ignore-coroutines -p @PID@; run; end' -- -O2 -pg -mfentry | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: step 71
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: step 1902
// CHECK:      == run
// CHECK-NEXT: step 73
// CHECK:      exit 0

// Position-independent code of the large model refers to everything by its
// distance from the GOT, which moves.
// RUN: not %patch-cycle %s %t -- -O2 -mcmodel=large -fPIE -pie 2>&1 | FileCheck %s --check-prefix=LARGE
// LARGE: R_X86_64_GOTOFF64 to '{{.*}}' is a kind of reference that is not supported [kpatch-relocation]
// LARGE: note: position-independent code of the large code model has these

#include "victim.h"

static int calls;
static int bounds[4] = {1, 2, 3, 4};

static NOINLINE int look(int at) {
  int values[8];
  for (int i = 0; i < 8; i++)
    values[i] = i + bounds[i & 3];
#if PATCHED
  return values[(at + 1) & 7] * 100 + calls;
#else // PATCHED
  return values[at & 7] * 10 + calls;
#endif // PATCHED
}

NOINLINE int step(int at) {
  calls++;
#if PATCHED
  return look(at) + 1000;
#else // PATCHED
  return look(at);
#endif // PATCHED
}

void show(void) { printf("step %d\n", step(5)); }
