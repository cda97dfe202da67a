// The files of a running program are gone or are others by now: an upgrade
// replaced the program, somebody deleted the library. What runs is what counts,
// it is read through /proc and patched.

// REQUIRES: ptrace, root, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='run; sh cp /bin/true @OUT@/other && mv @OUT@/other @OUT@/original/prog; \
// RUN:   sh rm @OUT@/original/libword.so; patch; run; info; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: program old, library old
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: program new, library new
// CHECK-NEXT: == info
// CHECK-DAG:  Target:                   prog{{$}}
// CHECK-DAG:  Target:                   libword.so{{$}}
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: program old, library old
// CHECK:      exit 0

//--- libword.c
const char *library_word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

//--- prog.c
#include "victim.h"

const char *library_word(void);

NOINLINE const char *program_word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

void show(void) {
  printf("program %s, library %s\n", program_word(), library_word());
}
