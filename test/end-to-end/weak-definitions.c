// A weak function of which another unit has a definition that is not weak: what
// is called is that other one, before and after a change of the weak one. The
// linker may have dropped the weak one. Of several weak ones the first counts.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s --check-prefixes=CHECK,KEPT
// RUN: %patch-cycle %s %t -- -O2 -ffunction-sections -Wl,--gc-sections \
// RUN:   | FileCheck %s --check-prefixes=CHECK,DROPPED

// CHECK:        == run
// CHECK-NEXT:   strong 100, first 1, alias 300 40
// KEPT:         4 patch hunk(s) have been successfully applied
// DROPPED:      3 patch hunk(s) have been successfully applied
// CHECK-NEXT:   == run
// CHECK-NEXT:   strong 1100, first 2, alias 300 50
// CHECK:        == run
// CHECK-NEXT:   strong 100, first 1, alias 300 40
// CHECK:        exit 0

//--- defaults.c
#if PATCHED
#define ADDED 1
#else // PATCHED
#define ADDED 0
#endif // PATCHED
volatile int zero;
__attribute__((weak)) int strong_elsewhere(void) { return zero + 10 + ADDED; }
__attribute__((weak)) int first(void) { return zero + 1 + ADDED; }
int code(void) { return zero + 40 + 10 * ADDED; }
int name_of_code(void) __attribute__((weak, alias("code")));
int call(void) { return strong_elsewhere() + 1000 * ADDED; }

//--- others.c
extern volatile int zero;
int strong_elsewhere(void) { return zero + 100; }
__attribute__((weak)) int first(void) { return zero + 200; }
int name_of_code(void) { return zero + 300; }

//--- prog.c
#include "victim.h"

int call(void), first(void), code(void), name_of_code(void);

void show(void) {
  printf("strong %d, first %d, alias %d %d\n", call(), first(), name_of_code(),
         code());
}
