// A non-PIE program that takes the address of a library's function gives it
// one address for the whole process: its own PLT entry. New code of the
// library must compare equal with what the program passed, as the old did.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 1002
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: 2002
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK:      == run
// CHECK-NEXT: 1002

//--- prog.c
#include "victim.h"
#include <stdio.h>

int callback(int);
int library(int (*)(int));

NOINLINE int ask(void) { return library(callback); }

void show(void) { printf("%d\n", ask()); }

//--- libq.c
int callback(int x) { return x + 1; }

int library(int (*given)(int)) {
#if PATCHED
  return given(1) + (given == callback) * 2000;
#else // PATCHED
  return given(1) + (given == callback) * 1000;
#endif // PATCHED
}
