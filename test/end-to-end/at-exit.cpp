// A patch registers something to be done at the end, in a program that did not: a
// static local variable with a destructor comes, which names the program by
// __dso_handle. --gc-sections has left that out of a program that is not
// position-independent.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch; run; end' | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run; patch; run; end' -- -O2 -fno-exceptions -ffunction-sections -fdata-sections \
// RUN:   -Wl,--gc-sections -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run; patch; run; end' -- -O2 -fno-exceptions -ffunction-sections -fdata-sections \
// RUN:   -Wl,--gc-sections -static | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new
// CHECK:      registered, called
// CHECK:      exit 0

#include "victim.h"

#include <unistd.h>

#if PATCHED
struct Registered {
  NOINLINE Registered() { text = "registered, called\n"; }
  NOINLINE ~Registered() { write(1, text, strlen(text)); }
  const char *text;
};
#endif // PATCHED

NOINLINE const char *word(int count) {
  static int first = count;
#if PATCHED
  static Registered registered;
  return registered.text && first ? "new" : "never";
#else // PATCHED
  return first ? "old" : "never";
#endif // PATCHED
}

void show(void) { puts(word((int)sizeof command)); }
