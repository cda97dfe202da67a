// `-p all` and another libcare-ctl at work on a process that no patch fits do
// not disturb each other: processes are looked at first, and only those that a
// patch fits are locked. Here other processes are locked all the time.

// REQUIRES: ptrace, root, gcc-plugin
// RUN: bash %S/Inputs/own-processes.sh %patch-cycle %s %t --steps='run; \
// RUN:   sh %python %S/Inputs/lock-others.py libcare-ctl patch -p all @OUT@/patch-1; run; \
// RUN:   sh %python %S/Inputs/lock-others.py libcare-ctl unpatch -p all; run; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      1 patch hunk(s) have been successfully applied to PID 'PID'
// CHECK-NOT:  {{exit status|locked}}
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      1 patch hunk(s) were successfully cancelled from PID 'PID'
// CHECK-NOT:  {{exit status|locked}}
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      exit 0

#include "victim.h"

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

void show(void) { puts(word()); }
