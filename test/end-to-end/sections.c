// Functions outside .text: in .text.startup (where GCC puts main and
// constructors), .text.unlikely (cold ones), .text.hot and a section of the
// author's own. Each is replaced where it is.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -ffunction-sections | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: startup old, unlikely old, hot old, own old
// CHECK:      4 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: startup new, unlikely new, hot new, own new
// CHECK:      4 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: startup old, unlikely old, hot old, own old
// CHECK:      exit 0

#include "victim.h"

#if PATCHED
#define VERSION "new"
#else // PATCHED
#define VERSION "old"
#endif // PATCHED

__attribute__((section(".text.startup"))) NOINLINE const char *startup(void) {
  return "startup " VERSION;
}
__attribute__((cold)) NOINLINE const char *unlikely(void) {
  return "unlikely " VERSION;
}
__attribute__((hot)) NOINLINE const char *hot(void) { return "hot " VERSION; }
__attribute__((section("own_code"))) NOINLINE const char *own(void) {
  return "own " VERSION;
}

void show(void) {
  printf("%s, %s, %s, %s\n", startup(), unlikely(), hot(), own());
}
