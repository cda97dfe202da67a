// An edited function that the original link left out, because all its callers
// have it inlined: there is nothing to replace. The patched link keeps it for
// the patch's records, so that the code has another size and is compared
// function by function.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections | FileCheck %s
// RUN: llvm-nm %t/original/prog | FileCheck %s --check-prefix=LEFT
// LEFT-NOT: _Z5scalei
// LEFT: _Z6scaledi
// LEFT-NOT: _Z5scalei

// CHECK:      == run
// CHECK-NEXT: 12 21
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: 13 31
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK:      exit 0

#include <string>

#include "victim.h"

static std::string start = "1"; // code that runs at the start

int scale(int x) {
#if PATCHED
  return x * 3;
#else // PATCHED
  return x * 2;
#endif // PATCHED
}
NOINLINE int scaled(int x) { return scale(x) + 10; }
NOINLINE std::string with_exception_table(int x) {
  std::string text = std::to_string(scale(x));
  return text + start;
}
void show() { printf("%d %s\n", scaled(1), with_exception_table(1).c_str()); }
