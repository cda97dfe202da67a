// A debugger attached to a patched process unwinds through a replacement: the
// frame is there, and so are the callers' below it.

// REQUIRES: ptrace, gdb, gcc-plugin
// RUN: %patch-cycle %s %t --steps='patch; send stay; wait inside; \
// RUN:   sh gdb -p @PID@ -batch -nx -iex "set debuginfod enabled off" -ex bt 2>&1 | grep "^#"; \
// RUN:   info' | FileCheck %s

// CHECK:      == wait inside
// CHECK:      #{{[0-9]+}} {{.*}} in pause
// CHECK-NEXT: #{{[0-9]+}} 0x{{[0-9a-f]+}} in
// CHECK-NEXT: #{{[0-9]+}} {{.*}}show
// CHECK-NEXT: #{{[0-9]+}} {{.*}}main

#include <unistd.h>

#include "victim.h"

NOINLINE int visit(int n) {
#if PATCHED
  volatile char room[500];
  room[n] = 1;
  puts("inside");
  while (!strcmp(command, "stay"))
    pause();
  return room[n];
#else // PATCHED
  return n;
#endif // PATCHED
}

void show(void) { printf("%d\n", visit(1)); }
