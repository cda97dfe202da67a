// Link-time optimisation gives functions of several units that do the same one
// code, under several names, and a table of functions has the name that is left
// over. What did not change is the same all the same.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -flto | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -flto=2 -flto-partition=max | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: 7 7 old
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 7 7 new
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: 7 7 old

//--- prog.c
#include "victim.h"

struct handler { int (*first)(int); int (*second)(int); };
extern const struct handler first_handler, second_handler;
const char *word(void);

void show(void) {
  int n = atoi(command) + 3;
  printf("%d %d %s\n", first_handler.first(n) + second_handler.second(n),
         first_handler.second(n) + second_handler.first(n), word());
}

//--- first.c
struct handler { int (*first)(int); int (*second)(int); };
static int status(int n) { return n + 1; }
static int check(int n) { return n; }
const struct handler first_handler = {status, check};

//--- second.c
struct handler { int (*first)(int); int (*second)(int); };
static int status(int n) { return n + 1; }
static int check(int n) { return n; }
const struct handler second_handler = {status, check};

//--- third.c
__attribute__((noinline, noclone)) const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}
