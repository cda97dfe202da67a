// `-p all` finds the processes that a patch fits, patches each of them, and is
// content when there is none. Runs among processes of its own: another
// libcare-ctl at work somewhere would be reported, rightly.

// REQUIRES: ptrace, root, gcc-plugin
// RUN: bash %S/Inputs/own-processes.sh %patch-cycle %s %t --steps='run; sh libcare-ctl patch -p all @OUT@/patch-1; \
// RUN:   run; sh libcare-ctl info -p all | grep -A4 "^Pid: *@PID@$"; \
// RUN:   sh libcare-ctl unpatch -p all -i 0001 \
// RUN:     $(basename @OUT@/patch-1/*.kpatch .kpatch); run; \
// RUN:   sh libcare-ctl unpatch -p all -i 0001 \
// RUN:     $(basename @OUT@/patch-1/*.kpatch .kpatch); end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      1 patch hunk(s) have been successfully applied to PID 'PID'
// CHECK-NOT:  exit status
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      Pid:                      PID
// CHECK:      Patch id:                 0001
// CHECK:      1 patch hunk(s) were successfully cancelled from PID 'PID'
// CHECK-NOT:  exit status
// CHECK:      == run
// CHECK-NEXT: old
// CHECK-NOT:  exit status
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
