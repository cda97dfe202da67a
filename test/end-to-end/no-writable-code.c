// A process that has told the kernel never to give it memory that is writable
// and executable, nor to make memory executable later (as systemd's
// MemoryDenyWriteExecute does): patches never need that.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new
// CHECK:      == unpatch
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      exit 0

#include <sys/prctl.h>

#define VICTIM_SETUP deny_writable_code()
static void deny_writable_code(void);
#include "victim.h"

static void deny_writable_code(void) {
  const int set_mdwe = 65, refuse_exec_gain = 1; // Linux 6.3
  if (prctl(set_mdwe, refuse_exec_gain, 0L, 0L, 0L) != 0)
    perror("PR_SET_MDWE");
}

NOINLINE const char *word(void) {
#if PATCHED
  static int count;
  return count++ ? "again" : "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}

void show(void) { puts(word()); }
