// A folder with the patches of the program, of two of its libraries and one of
// something else altogether: those that fit are applied together, the others
// are no error. All of them come off together.

// REQUIRES: ptrace, gcc-plugin
// RUN: %make-kpatch %S/Inputs/unrelated-old.c %S/Inputs/unrelated-new.c %t.other
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run; sh cp %t.other/prog.kpatch @OUT@/patch-1/other.kpatch; patch; run; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: prog old, libone old, libtwo old
// CHECK:      == patch
// CHECK-NEXT: 3 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: prog new, libone new, libtwo new
// CHECK-NEXT: == unpatch
// CHECK-NEXT: 3 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: prog old, libone old, libtwo old
// CHECK:      exit 0

//--- libone.c
const char *one(void) {
#if PATCHED
  return "libone new";
#else // PATCHED
  return "libone old";
#endif // PATCHED
}

//--- libtwo.c
const char *two(void) {
#if PATCHED
  return "libtwo new";
#else // PATCHED
  return "libtwo old";
#endif // PATCHED
}

//--- prog.c
#include "victim.h"

const char *one(void), *two(void);

NOINLINE const char *own(void) {
#if PATCHED
  return "prog new";
#else // PATCHED
  return "prog old";
#endif // PATCHED
}

void show(void) { printf("%s, %s, %s\n", own(), one(), two()); }
