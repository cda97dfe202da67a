// The program's own unwinder (backtrace(), as crash handlers use it) walks
// through a replacement: its frame is there and so are its callers'. The frame
// of the replacement is large, to be missed by anyone who guesses.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -fomit-frame-pointer -rdynamic | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -rdynamic | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old: show main
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new: show main
// CHECK:      1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: old: show main
// CHECK:      exit 0

#include <execinfo.h>
#include <stdlib.h>

#include "victim.h"

NOINLINE static void print_callers(const char *version) {
  void *frames[20];
  int count = backtrace(frames, 20);
  char **names = backtrace_symbols(frames, count);
  printf("%s:", version);
  for (int i = 0; i < count; i++) {
    char *name = strchr(names[i], '(');
    if (name && (!strncmp(name, "(show+", 6) || !strncmp(name, "(main+", 6)))
      printf(" %.4s", name + 1);
  }
  puts("");
  free(names);
}

NOINLINE int visit(int n) {
#if PATCHED
  volatile char room[500];
  room[n] = 1;
  print_callers("new");
  return room[n];
#else // PATCHED
  print_callers("old");
  return n;
#endif // PATCHED
}

void show(void) {
  if (visit(1) != 1)
    puts("wrong");
}
