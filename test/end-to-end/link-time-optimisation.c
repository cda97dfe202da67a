// A program that is optimised when it is linked has no code before that: GCC
// inlines across units, renames statics of one name with numbers of its own,
// and spreads functions over partitions by their size, so that a change moves
// others. All of it must be the same program to a patch: what did not change is
// not in it, and statics keep their values.

// REQUIRES: ptrace, gcc-plugin, gold
// RUN: %patch-cycle %s %t -- -O2 -flto | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -flto=auto -ffat-lto-objects | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -flto=2 -flto-partition=max | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto=2 -flto-partition=1to1 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -flto-partition=none | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -static -fno-plt | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -static-pie -fPIE | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -fuse-ld=gold | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -flto -ffunction-sections -Wl,--gc-sections | FileCheck %s

// `first`, `grown`, the helper of second.c, and what inlines `small`. GCC may
// have derived something from the helper for its caller.
// CHECK:      == run
// CHECK-NEXT: first 11 (1) second 101 (1) across 6 grown 3
// CHECK:      {{[45]}} patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: first 21 (2) second 1102 (2) across 8 grown 9
// CHECK:      {{[45]}} patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: first 13 (3) second 103 (3) across 6 grown 7

//--- prog.c
#include "victim.h"

int first(void), second(void), across(int), grown(int);
extern int first_calls, second_calls;

void show(void) {
  printf("first %d", first());
  printf(" (%d)", first_calls);
  printf(" second %d", second());
  printf(" (%d) across %d", second_calls, across(2));
  printf(" grown %d\n", grown(1));
}

//--- first.c
int first_calls;
static int state = 10;

static __attribute__((noinline, noclone)) int helper(int n) {
  static int count;
  count += n;
  return count;
}

__attribute__((noinline, noclone)) int first(void) {
  first_calls++;
#if PATCHED
  return helper(1) + 9 + state;
#else // PATCHED
  return helper(1) + state;
#endif // PATCHED
}

//--- second.c
int second_calls;
static int state = 100;

static __attribute__((noinline, noclone)) int helper(int n) {
  static int count;
  count += n;
#if PATCHED
  return count + 1000;
#else // PATCHED
  return count;
#endif // PATCHED
}

__attribute__((noinline, noclone)) int second(void) {
  second_calls++;
  state++;
  return helper(1) + 100 + (state < 0);
}

//--- inlined.h
int small(int n);

//--- third.c
#include "inlined.h"
__attribute__((noinline, noclone)) int across(int n) { return small(n) + small(n); }

//--- fourth.c
#include "inlined.h"
int small(int n) {
#if PATCHED
  return n + 2;
#else // PATCHED
  return n + 1;
#endif // PATCHED
}

//--- grown.c
#include <string.h>
static char text[64];
static int calls;

__attribute__((noinline, noclone)) int grown(int n) {
  calls += 2;
#if PATCHED
  static const char *const words[] = {"one", "three", "eleven"};
  memset(text, 0, sizeof text);
  for (int i = 0; i < 3; i++)
    strcat(text, words[(i + n) % 3]);
  return (int)strlen(text) - 10 + calls + (text[0] == 't');
#else // PATCHED
  text[0] = 0;
  return n + calls + text[0];
#endif // PATCHED
}
