// Two calls of libcare-ctl for one process: while one waits for it, the other
// is refused, and changes nothing. Which one comes first is not ours to say: the
// patch is tried again where a check was there before it.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='send stay; wait inside; \
// RUN:   sh sh %S/Inputs/until-done.sh \
// RUN:       libcare-ctl patch -p @PID@ --timeout 60 @OUT@/patch-1 & \
// RUN:     sh %S/Inputs/until-refused.sh kpatch-locked \
// RUN:       libcare-ctl check -p @PID@ --timeout 0 @OUT@/patch-1 && \
// RUN:     kill -USR1 @PID@ && wait; wait left; wait .; run; end' | FileCheck %s

// CHECK:      == sh
// CHECK-NEXT: error: pid PID: another libcare-ctl is working on this process [kpatch-locked]
// CHECK-NEXT: note: nothing was changed; try again when it has finished
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      exit 0

#define VICTIM_SETUP setup()
#include <signal.h>
static void setup(void);
#include "victim.h"

static volatile sig_atomic_t may_leave;

static void leave(int signal_number) {
  (void)signal_number;
  may_leave = 1;
}

static void setup(void) { signal(SIGUSR1, leave); }

NOINLINE void visit(void) {
#if PATCHED
  puts("new");
#else // PATCHED
  puts("inside");
  while (!may_leave)
    ;
  puts("left");
#endif // PATCHED
}

void show(void) { visit(); }
