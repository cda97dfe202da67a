// Inline variables and the statics of inline functions are in every unit that
// uses them, and the linker takes one unit's. A patch after which that unit does
// not use them any more must neither be refused nor give the others a second
// copy: the state of the running program goes on, also when the program is
// optimised as it is linked.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -g | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -flto=2 -flto-partition=max | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 106 108
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: -1 1110
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 112 114

//--- prog.cpp
#include "victim.h"

int first(), second();
void show() { int a = first(), b = second(); printf("%d %d\n", a, b); }

//--- counter.h
inline int &counter() { static int value = 5; return value; }
inline int total = 100;
__attribute__((noinline)) inline int step() { return counter() += 1; }

//--- first.cpp
#include "counter.h"
__attribute__((noinline, noclone)) int first() {
  static int calls;
  calls++;
#if PATCHED
  return -1;
#else // PATCHED
  return step() + total++;
#endif // PATCHED
}

//--- second.cpp
#include "counter.h"
__attribute__((noinline, noclone)) int second() {
#if PATCHED
  return step() + 1000 + total++;
#else // PATCHED
  return step() + total++;
#endif // PATCHED
}
