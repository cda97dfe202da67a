// Static functions that nobody calls by name: through a constant table, through
// a pointer that was stored before the patch, as a qsort() callback. The old
// address leads to the new code, also where patched code takes it afresh.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fcf-protection -fPIC | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: table old, stored old, sorted 1 2 3
// CHECK:      3 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: table new, stored new, sorted 3 2 1, same address
// CHECK:      3 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: table old, stored old, sorted 1 2 3{{$}}
// CHECK:      exit 0

#include <stdlib.h>

#define VICTIM_SETUP store()
static void store(void);
#include "victim.h"

NOINLINE static const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static const char *(*const volatile table[])(void) = {word};
static const char *(*volatile stored)(void);

static void store(void) { stored = table[0]; }

NOINLINE static int compare(const void *a, const void *b) {
#if PATCHED
  return *(const int *)b - *(const int *)a;
#else // PATCHED
  return *(const int *)a - *(const int *)b;
#endif // PATCHED
}

NOINLINE void finish(void) {
#if PATCHED
  puts(stored == word ? ", same address" : ", another address");
#else // PATCHED
  puts("");
#endif // PATCHED
}

void show(void) {
  int values[] = {2, 3, 1};
  qsort(values, 3, sizeof *values, compare);
  printf("table %s, stored %s, sorted %d %d %d", table[0](), stored(),
         values[0], values[1], values[2]);
  finish();
}
