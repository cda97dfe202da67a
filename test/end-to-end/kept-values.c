// The source patch takes away the code that writes a static variable. For the
// compiler it is a constant then, with the value that the program begins with;
// but the running program has written it, and new code has to see that value.
// What was never written is a constant as before.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run set; run; patch; run; run set; unpatch; run; end' \
// RUN:   | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run set; run; patch; run; run set; unpatch; run; end' \
// RUN:   -- -O3 -fPIC | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run set; run; patch; run; run set; unpatch; run; end' \
// RUN:   -- -O2 -flto | FileCheck %s

// CHECK:      == run set
// CHECK:      == run{{$}}
// CHECK-NEXT: mode 7, table 40, local 9, constant 5
// CHECK:      == run{{$}}
// CHECK-NEXT: mode 1007, table 40, local 9, constant 5
// CHECK:      == run set
// CHECK-NEXT: mode 1007, table 40, local 9, constant 5
// CHECK:      == run{{$}}
// CHECK-NEXT: mode 7, table 40, local 9, constant 5
// CHECK:      exit 0

#include "victim.h"

static int mode = 3;
static int table[4] = {1, 2, 3, 4};
static int constant = 5;

NOINLINE void set(int value) {
#if PATCHED
  (void)value;
#else // PATCHED
  mode = value;
  table[value & 3] = 40;
#endif // PATCHED
}

NOINLINE int get_mode(void) {
#if PATCHED
  return mode + 1000;
#else // PATCHED
  return mode;
#endif // PATCHED
}
NOINLINE int get_table(int i) { return table[i & 3]; }
NOINLINE int get_constant(void) { return constant; }
NOINLINE int local(int value) {
  static int last = 2;
#if PATCHED
  (void)value;
#else // PATCHED
  if (value)
    last = value;
#endif // PATCHED
  return last;
}

void show(void) {
  if (!strcmp(command, "set"))
    set(7), local(9);
  printf("mode %d, table %d, local %d, constant %d\n", get_mode(), get_table(3),
         local(0), get_constant());
}
