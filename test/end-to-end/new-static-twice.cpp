// A patch adds a static local with a destructor, is taken off, and put on again.
// The destructor of the first one is still to run at the end of the program: the
// memory that it is in stays, and the second one is another.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch; run; unpatch; run; patch; run; run; unpatch; run; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      == run
// CHECK-NEXT: new 1
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      == run
// CHECK-NEXT: new 1
// CHECK:      == run
// CHECK-NEXT: new 2
// CHECK:      == end
// CHECK-NEXT: gone with 2
// CHECK-NEXT: gone with 1
// CHECK-NEXT: exit 0

#include <stdlib.h>

#include <string>

#include "victim.h"

#if PATCHED
struct Log {
  int *entries = (int *)calloc(1, sizeof(int)); // freed twice, it crashes
  NOINLINE ~Log() {
    printf("gone with %d\n", *entries);
    free(entries);
  }
};
#endif // PATCHED

static std::string old = "old";

void show() {
#if PATCHED
  static Log log;
  ++*log.entries;
  printf("new %d\n", *log.entries);
#else // PATCHED
  puts(old.c_str());
#endif // PATCHED
}
