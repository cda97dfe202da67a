// A patched process forks: the child runs the patched code, reports the patch,
// and is patched and unpatched apart from its parent.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch; run fork; run; unpatch; run; run child; \
// RUN:   sh libcare-ctl info -p $(pgrep -P @PID@ prog) | tail -n +2; \
// RUN:   sh libcare-ctl unpatch -p $(pgrep -P @PID@ prog) >@OUT@/log && echo done; \
// RUN:   run child; end' | FileCheck %s

// CHECK:      == run{{$}}
// CHECK-NEXT: parent old
// CHECK:      == run{{$}}
// CHECK-NEXT: parent new
// CHECK:      1 patch hunk(s) were successfully cancelled from PID 'PID'
// CHECK-NEXT: == run
// CHECK-NEXT: parent old
// CHECK-NEXT: == run child
// CHECK-NEXT: child new
// CHECK:      Target:                   prog
// CHECK:      Patch id:                 0001
// CHECK:      {{^}}done
// CHECK-NEXT: == run child
// CHECK-NEXT: child old
// CHECK:      exit 0

#include <stdlib.h>
#include <unistd.h>

#include "victim.h"

static int to_child[2], from_child[2];

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void child(void) {
  char byte;
  close(to_child[1]);
  while (read(to_child[0], &byte, 1) == 1) {
    printf("child %s\n", word());
    if (write(from_child[1], &byte, 1) != 1)
      break;
  }
  _exit(0);
}

void show(void) {
  char byte = 0;
  if (!strcmp(command, "fork")) {
    if (pipe(to_child) || pipe(from_child))
      abort();
    if (fork() == 0)
      child();
  } else if (!strcmp(command, "child")) {
    if (write(to_child[1], &byte, 1) != 1 || read(from_child[0], &byte, 1) != 1)
      abort();
  } else {
    printf("parent %s\n", word());
  }
}
