// A thread sits in the function that the patch replaces. libcare-ctl waits for
// it and applies the patch once it has left, without any help. The function
// leaves by itself after a second and a half.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='send stay; wait inside; patch; wait left; wait .; run; unpatch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == wait inside
// CHECK-NEXT: inside
// CHECK-NEXT: == patch
// CHECK-NOT:  error
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == wait left
// CHECK-NEXT: left
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      == unpatch
// CHECK-NEXT: 1 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: old
// CHECK:      exit 0

#include <time.h>

#include "victim.h"

static void wait_milliseconds(long milliseconds) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 +
               (now.tv_nsec - begin.tv_nsec) / 1000000 <
           milliseconds);
}

NOINLINE void visit(void) {
#if PATCHED
  puts("new");
#else // PATCHED
  if (!strcmp(command, "stay")) {
    puts("inside");
    wait_milliseconds(1500);
    puts("left");
  } else {
    puts("old");
  }
#endif // PATCHED
}

void show(void) { visit(); }
