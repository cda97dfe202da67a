// A program whose code does nothing when an exception passes does not name the
// library that has the unwinder; the C++ library does. The first function of
// the patch that catches, or cleans up, finds it there.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: llvm-readelf -d %t/original/prog | FileCheck %s --check-prefix=NEEDED
// NEEDED: libstdc++
// NEEDED-NOT: libgcc_s

// CHECK:      == run
// CHECK-NEXT: 1
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: cleaned up
// CHECK-NEXT: caught
// CHECK:      exit 0

#include <new>

#include "victim.h"

NOINLINE void thrower(bool really) {
  if (really)
    throw std::bad_alloc();
}

#if PATCHED
struct Cleanup {
  NOINLINE ~Cleanup() { puts("cleaned up"); }
};
NOINLINE void passes() {
  Cleanup cleanup;
  thrower(true);
}
#endif // PATCHED

void show() {
#if PATCHED
  try {
    passes();
  } catch (const std::bad_alloc &) {
    puts("caught");
  }
#else // PATCHED
  thrower(false);
  puts("1");
#endif // PATCHED
}
