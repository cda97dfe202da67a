// An inline function of a header, a template instance and their static variables
// are in several units, and the linker keeps the copy of one. Whichever unit
// is edited, the patch uses and replaces the copy that the program has.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch 1; run; unpatch; patch 2; run; unpatch; run; end' -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run; patch 1; run; unpatch; patch 2; run; unpatch; run; end' \
// RUN:   -- -O2 -fPIC -ffunction-sections -Wl,--gc-sections | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: first 11 second 12 third 26 template 20
// The edit is in the unit whose copies the linker dropped.
// CHECK:      == patch 1
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: first 14 second 215 third 32 template 30
// The edit is in the header: one function is replaced, once.
// CHECK:      == patch 2
// CHECK-NEXT: 2 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: first 517 second 518 third 1038 template 1030
// CHECK:      == run
// CHECK-NEXT: first 20 second 21 third 44 template 50
// CHECK:      exit 0

//--- shared.h
#ifndef NOINLINE
#define NOINLINE __attribute__((noinline, noclone))
#endif
template <class T> NOINLINE T sum(T a) {
  static T total = 10;
#if PATCHED == 2
  return a + (total += 5) + 990;
#else // PATCHED
  return a + (total += 5);
#endif // PATCHED
}
inline NOINLINE int shared(int a) {
  static int calls = 10;
#if PATCHED == 2
  return ++calls + a - a + 500;
#else // PATCHED
  return ++calls + a - a;
#endif // PATCHED
}

//--- a_first.cpp
#include "shared.h"
int first(int a) { return shared(a) + sum(0) * 0; }

//--- prog.cpp
#include "victim.h"

#include "shared.h"
int first(int a);
static NOINLINE int second(int a) {
#if PATCHED == 1
  return shared(a) + 200;
#else // PATCHED
  return shared(a);
#endif // PATCHED
}
static NOINLINE int third(int a) { return shared(a) * 2; }
void show() {
  int one = first(1), two = second(2), three = third(3);
  printf("first %d second %d third %d template %d\n", one, two, three, sum(0));
}
