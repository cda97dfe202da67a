// One folder holds the patches of the program and of its library: both are
// applied in one go, counted together, and taken off together.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch; run; info; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: program old, library old
// CHECK-NEXT: == patch
// CHECK-NEXT: 2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: program new, library new
// CHECK-NEXT: == info
// CHECK-DAG:  Target:                   prog{{$}}
// CHECK-DAG:  Target:                   libword.so{{$}}
// CHECK:      == unpatch
// CHECK-NEXT: 2 patch hunk(s) were successfully cancelled
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
