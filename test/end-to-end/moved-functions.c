// A static function moves to another unit, where it is not static, and one moves
// the other way. Names are the same before and after, and mean another function.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -falign-functions=16 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -falign-functions=16 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -g -fPIC | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: outwards 20, inwards 30 30
// CHECK:      == run
// CHECK-NEXT: outwards 21, inwards 31 31
// CHECK:      == run
// CHECK-NEXT: outwards 20, inwards 30 30
// CHECK:      exit 0

//--- one.c
#if PATCHED
int outwards(int a);
static __attribute__((noinline)) int inwards(int a) { return 3 * a + 1; }
#else // PATCHED
static __attribute__((noinline)) int outwards(int a) { return 2 * a; }
int inwards(int a);
#endif // PATCHED

int call_outwards(int a) { return outwards(a); }
int call_inwards(int a) { return inwards(a); }
int call_inwards_too(int a) { return inwards(a); }

//--- two.c
#if PATCHED
int outwards(int a) { return 2 * a + 1; }
#else // PATCHED
int inwards(int a) { return 3 * a; }
#endif // PATCHED

//--- prog.c
#include "victim.h"

int call_outwards(int a), call_inwards(int a), call_inwards_too(int a);

void show(void) {
  printf("outwards %d, inwards %d %d\n", call_outwards(10), call_inwards(10),
         call_inwards_too(10));
}
