// Calls of functions that may be missing, by a weak name or another name for it
// (weakref), old and new ones: the patch sees the ones that are there, and zero
// for the others.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -static-pie | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old 4
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new 3
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: old 4
// CHECK:      exit 0

#include "victim.h"

extern size_t missing(const char *text) __attribute__((weak));
static size_t length(const char *text) __attribute__((weakref("strlen")));
#if PATCHED
extern size_t new_missing(const char *text) __attribute__((weak));
static size_t other_missing(const char *) __attribute__((weakref("nowhere")));
#endif // PATCHED

NOINLINE size_t measure(const char *text) {
#if PATCHED
  if (new_missing)
    return new_missing(text);
  if (other_missing)
    return other_missing(text);
  if (missing)
    return missing(text) + 1;
  return length ? length(text) : 0;
#else // PATCHED
  if (missing)
    return missing(text);
  return length ? length(text) + 1 : 0;
#endif // PATCHED
}

void show(void) {
  size_t n = measure("abc");
  printf("%s %zu\n", n == 3 ? "new" : "old", n);
}
