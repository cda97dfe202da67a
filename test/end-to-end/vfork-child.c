// A vfork child runs in the memory of its parent, which waits where it cannot
// be stopped. Neither of them is touched meanwhile: the parent is refused after
// the time limit, the child because its code is the parent's as well.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --ctl=-v --steps='run; send vfork; wait child; \
// RUN:   sh libcare-ctl patch -p @PID@ --timeout 0.5 @OUT@/patch-1; \
// RUN:   sh libcare-ctl patch -p $(cat /proc/@PID@/task/@PID@/children) --timeout 0.5 @OUT@/patch-1; \
// RUN:   sh kill -USR1 $(cat /proc/@PID@/task/@PID@/children); wait parent; wait .; patch; run; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      == sh libcare-ctl patch -p @PID@
// CHECK-NEXT: error: pid PID: {{.*}}[kpatch-{{shared-memory|not-safe-now}}]
// CHECK:      exit status 3
// CHECK:      == sh libcare-ctl patch -p $(cat
// CHECK-NEXT: error: pid {{.*}} shares its memory with process PID (prog) [kpatch-shared-memory]
// CHECK-NEXT: note: one of them is the other's child
// CHECK:      exit status 3
// CHECK:      == patch
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new
// CHECK:      exit 0

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

NOINLINE const char *word(void) {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

static void say(const char *text) {
  if (write(1, text, strlen(text)) < 0)
    _exit(1);
}

static void start_child(void) {
  sigset_t wanted;
  int got;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGUSR1);
  sigprocmask(SIG_BLOCK, &wanted, NULL);
  if (vfork() == 0) {
    say("child\n");
    sigwait(&wanted, &got);
    _exit(0);
  }
  wait(NULL);
  say("parent\n");
}

void show(void) {
  if (strcmp(command, "vfork") == 0)
    start_child();
  else
    puts(word());
}
