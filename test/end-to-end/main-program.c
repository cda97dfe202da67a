// A function of the main program is replaced and comes back: the program shows
// old, new and again old behaviour, and what scripts read from libcare-ctl is
// spelt as they expect it.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --ctl=-v \
// RUN:   --steps='run; patch; run; info; unpatch; run; info; end' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: greeting: hello
// CHECK-NEXT: == patch
// CHECK-DAG:  1 patch hunk(s) have been successfully applied to PID 'PID'
// CHECK-DAG:  PID 'PID' process patch frozen_time is {{[0-9]+}} microsecond
// CHECK:      == run
// CHECK-NEXT: greeting: hello, patched
// CHECK-NEXT: == info
// CHECK:      {{^}}Pid:                      PID{{$}}
// CHECK-NEXT: {{^}}Target:                   prog{{$}}
// CHECK-NEXT: {{^}}Build id:                 [[ID:[0-9a-f]{40}]]{{$}}
// CHECK-NEXT: {{^}}Applied patch number:     1{{$}}
// CHECK-NEXT: {{^}}Patch id:                 0001{{$}}
// CHECK:      == unpatch
// CHECK-DAG:  1 patch hunk(s) were successfully cancelled from PID 'PID'
// CHECK-DAG:  PID 'PID' process unpatch frozen_time is {{[0-9]+}} microsecond
// CHECK:      == run
// CHECK-NEXT: greeting: hello{{$}}
// CHECK-NEXT: == info
// CHECK-NOT:  Patch id
// CHECK:      exit 0

#include "victim.h"

NOINLINE const char *greeting(void) {
#if PATCHED
  return "hello, patched";
#else // PATCHED
  return "hello";
#endif // PATCHED
}

void show(void) { printf("greeting: %s\n", greeting()); }
