// An inline variable that does not have a mangled name, and is hidden, in a
// library where --gc-sections moved things: what is not proven in one piece is
// matched by symbols then. The linker gives the code of the other unit the
// patch's copy, which the program does not have; the variable stays one.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -fvisibility=hidden -fno-gnu-unique -ffunction-sections -fdata-sections -Wl,--gc-sections | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: first 0 second 1
// CHECK:      == run
// CHECK-NEXT: first 2 second 3
// CHECK:      == run
// CHECK-NEXT: first 0 second 4

//--- shared.h
#pragma once
extern "C" {
inline int calls;
}
#define API __attribute__((visibility("default")))
API int first();
API int second();
int unused(int);

//--- libboth-a.cpp
#include "shared.h"
#if PATCHED
int first() { return ++calls; }
int unused(int x) { return x + 5; }
#else // PATCHED
int first() { return 0; }
int unused(int x) { return x * x * x + 3; }
#endif // PATCHED

//--- libboth-b.cpp
#include "shared.h"
int second() { return ++calls; }

//--- prog.cpp
#include "shared.h"
#include "victim.h"
void show() {
  int a = first(), b = second();
  printf("first %d second %d\n", a, b);
}
