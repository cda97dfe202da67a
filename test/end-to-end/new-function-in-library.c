// A shared library gets a new global function and a new global variable, used
// through the PLT and the GOT as everything global in a library. No symbol
// table of the running process has them: they are found in the patch itself.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t-noplt -- -O2 -fno-plt | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 1
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: 42
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK:      == run
// CHECK-NEXT: 1

//--- prog.c
#include "victim.h"
#include <stdio.h>

int in_library(void);

void show(void) { printf("%d\n", in_library()); }

//--- libq.c
#if PATCHED
int base = 40;
int (*pointer)(void);
__attribute__((noipa)) int added(void) { return base + 2; }
#endif // PATCHED

int in_library(void) {
#if PATCHED
  pointer = added;
  return pointer();
#else // PATCHED
  return 1;
#endif // PATCHED
}
