// An inline function or constant that a unit of the patch refers to for the first
// time, while other units have done so all along: the linker gives the patch a
// copy, but the address is the program's, for others compare it with theirs. An
// inline variable is the program's one as well: in a library, that is the one
// that the dynamic linker chose.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t/1 -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t/2 -- -O2 -fno-gnu-unique | FileCheck %s
// RUN: %patch-cycle %s %t/3 -- -O0 -fno-gnu-unique | FileCheck %s

// The same two units in the program itself.
// RUN: sed 's|^//--- libboth-|//--- |' %s > %t/in-program.cpp
// RUN: %patch-cycle %t/in-program.cpp %t/4 -- -O2 | FileCheck %s
// RUN: %patch-cycle %t/in-program.cpp %t/5 -- -O2 -fno-gnu-unique -fvisibility-inlines-hidden | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: constant 0 function 0, calls 0 101 101
// CHECK:      == patch
// CHECK:      == run
// CHECK-NEXT: constant 1 function 1, calls 202 203 203
// CHECK:      == unpatch
// CHECK:      == run
// CHECK-NEXT: constant 0 function 0, calls 0 304 304

//--- shared.h
#pragma once
typedef int (*Function)(int);
inline constexpr char none[] = "none";
__attribute__((noinline)) inline int callback(int x) {
  asm volatile("");
  return x + 1;
}
inline int calls;
const char *some_constant();
Function some_function();
int count();
bool is_none(const char *);
bool is_callback(Function);
int count_too();

//--- prog.cpp
#include "shared.h"
#include "victim.h"
void show() {
  calls += 100;
  int first = count(), second = count_too();
  printf("constant %d function %d, calls %d %d %d\n", is_none(some_constant()),
         is_callback(some_function()), first, second, calls);
}

//--- libboth-a.cpp
#include "shared.h"
#if PATCHED
const char *some_constant() { return none; }
Function some_function() { return callback; }
int count() { return ++calls; }
#else // PATCHED
const char *some_constant() { return "x"; }
Function some_function() { return nullptr; }
int count() { return 0; }
#endif // PATCHED

//--- libboth-b.cpp
#include "shared.h"
bool is_none(const char *p) { return p == none; }
bool is_callback(Function f) { return f == callback; }
int count_too() { return ++calls; }
