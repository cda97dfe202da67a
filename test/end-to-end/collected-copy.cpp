// An edited inline function that another unit uses for the first time, and whose
// copy in the unit that the program has it from is collected in the patched link:
// refused, since the patched binary does not say where the program has it.

// REQUIRES: gcc-plugin, lld
// RUN: not %patch-cycle %s %t -- -O2 -ffunction-sections -Wl,--gc-sections -fvisibility-inlines-hidden -fuse-ld=lld -Wl,--build-id=sha1 2>&1 | FileCheck %s

// CHECK: libcare-link: error: {{.*}}: '_Z6editedi': the function to be replaced is not in the original binary [kpatch-missing-symbol]

//--- shared.h
#pragma once
#define NOINLINE __attribute__((noinline))
NOINLINE inline int edited(int x) {
#if PATCHED
  return x * 100;
#else // PATCHED
  return x * 2;
#endif // PATCHED
}
NOINLINE inline int same(int x) { asm volatile(""); return x * 7; }
int first(); int second();
//--- a.cpp
#include "shared.h"
int first() {
#if PATCHED
  return edited(1) + same(1);
#else // PATCHED
  return 0;
#endif // PATCHED
}
//--- b.cpp
#include "shared.h"
int second() { return edited(3) + same(2); }
//--- prog.cpp
#include "shared.h"
#undef NOINLINE
#include "victim.h"
void show() { int a = first(), b = second(); printf("first %d second %d\n", a, b); }
