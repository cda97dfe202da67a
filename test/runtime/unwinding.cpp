// The only thread is in the middle of unwinding its stack, and holds the locks
// of the unwinder: announcing the unwind tables of a patch from there would wait
// for ever. So it is not tried: refused for now, and the same patch goes in when
// the unwinding is over.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t \
// RUN:   --steps='send unwind; wait inside; sh libcare-ctl patch -p @PID@ --timeout 0.3 @OUT@/patch-1; sh kill -USR1 @PID@; wait .; patch; run; end' \
// RUN:   | FileCheck %s

// CHECK:      == {{(sh libcare-ctl )?}}patch
// CHECK-NEXT: error: pid PID: {{.*}}the thread to announce unwind tables with is unwinding its stack all the time [kpatch-unwinding]
// CHECK-NEXT: note: nothing was changed; try again
// CHECK:      exit status 3
// CHECK:      == {{(sh libcare-ctl )?}}patch
// CHECK-NEXT: 1 patch hunk(s) have been successfully applied
// CHECK:      == run
// CHECK-NEXT: new
// CHECK:      exit 0

#define VICTIM_SETUP setup()
#include <signal.h>
#include <unwind.h>
static void setup(void);
#include "victim.h"

static volatile sig_atomic_t may_go_on;

static void go_on(int) { may_go_on = 1; }

static void setup(void) { signal(SIGUSR1, go_on); }

static _Unwind_Reason_Code look(struct _Unwind_Context *, void *) {
  static bool is_inside;
  if (!is_inside)
    puts("inside");
  is_inside = true;
  while (!may_go_on)
    ;
  return _URC_NO_REASON;
}

NOINLINE const char *word() {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

void show(void) {
  if (!strcmp(command, "unwind"))
    _Unwind_Backtrace(look, nullptr);
  else
    puts(word());
}
