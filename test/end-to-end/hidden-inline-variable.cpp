// An inline variable that does not have a mangled name, and is hidden, in a
// library where --gc-sections moved things: what is not proven in one piece is
// matched by symbols then. The linker gives the code of the other unit the
// patch's copy, and in a linked library nothing says that the variable is one
// that several units have: refused.

// REQUIRES: gcc-plugin
// RUN: not %patch-cycle %s %t -- -O2 -fvisibility=hidden -fno-gnu-unique -ffunction-sections -fdata-sections -Wl,--gc-sections 2>&1 | FileCheck %s

// CHECK: libcare-link: error: {{.*}}variable 'calls' is new in the patch, but 'libboth.so' has it{{.*}} [kpatch-moved]

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
