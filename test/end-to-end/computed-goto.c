// Computed goto: the table of label addresses is a static local of the function
// and holds addresses inside it. The replacement needs a table of its own that
// points into the replacement; a neighbour with such a table stays as it is.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old 13, neighbour 8
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new 27, neighbour 8
// CHECK:      == run
// CHECK-NEXT: old 13, neighbour 8
// CHECK:      exit 0

#include "victim.h"

static const char *volatile program = "aabm.";

NOINLINE int neighbour(const char *code) {
  static const void *const table[] = {&&add, &&twice, &&stop};
  int value = 0;
next:
  goto *table[*code == 'a' ? 0 : *code == '.' ? 2 : 1];
add:
  value++;
  code++;
  goto next;
twice:
  value *= 2;
  code++;
  goto next;
stop:
  return value;
}

NOINLINE int interpret(const char *code) {
  static const void *const table[] = {&&add, &&twice, &&stop, &&minus};
#if PATCHED
  int value = 7;
#else // PATCHED
  int value = 5;
#endif // PATCHED
next:
  goto *table[*code == 'a' ? 0 : *code == '.' ? 2 : *code == 'm' ? 3 : 1];
add:
#if PATCHED
  value += 4;
#else // PATCHED
  value += 1;
#endif // PATCHED
  code++;
  goto next;
twice:
  value *= 2;
  code++;
  goto next;
minus:
#if PATCHED
  value -= 3;
#else // PATCHED
  value -= 1;
#endif // PATCHED
  code++;
  goto next;
stop:
  return value;
}

void show(void) {
  const char *code = program;
  int value = interpret(code);
  printf("%s %d, neighbour %d\n", value == 13 ? "old" : "new", value,
         neighbour(code));
}
