// What kept-values.c shows, for a program that is optimised when it is linked:
// there a global variable that nothing writes any more is a constant as well.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run 5; patch; run 7; unpatch; run 6; end' \
// RUN:   -- -O2 -flto | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run 5; patch; run 7; unpatch; run 6; end' \
// RUN:   -- -O2 -g -flto=2 -flto-partition=max | FileCheck %s

// CHECK:      == run 5
// CHECK-NEXT: 56 106
// CHECK:      == run 7
// CHECK-NEXT: 56 106
// CHECK:      == run 6
// CHECK-NEXT: 67 107

//--- prog.c
#include "victim.h"
int limit(void); void set(int); extern int other_level;
int use(void);
void show(void) { set(atoi(command)); printf("%d %d\n", limit(), use()); }

//--- a.c
static int level = 1;
int other_level = 2;
__attribute__((noinline, noclone)) int limit(void) { return level * 10 + other_level; }
__attribute__((noinline, noclone)) void set(int n) {
#if PATCHED
  (void)n;
#else // PATCHED
  if (n > 0) { level = n; other_level = n + 1; }
#endif // PATCHED
}
//--- b.c
extern int other_level;
__attribute__((noinline, noclone)) int use(void) { return other_level + 100; }
