// Exceptions through patched code: a replacement that throws, one that catches
// what an original function throws, and one in the middle whose destructors
// run. Needs the unwind and exception tables of the patch in the process. The
// fourth function is show(): the original catches() is known never to return.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -g | sed 's/^3 patch/4 patch/' | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: cleaned up old
// CHECK-NEXT: caught old 1: outer
// CHECK:      4 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: cleaned up new
// CHECK-NEXT: caught new 2: inner
// CHECK:      4 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: cleaned up old
// CHECK-NEXT: caught old 1: outer
// CHECK:      exit 0

#include <stdexcept>

#include "victim.h"

struct Cleanup {
  const char *version;
  NOINLINE ~Cleanup() { printf("cleaned up %s\n", version); }
};

NOINLINE void throws(int n) {
#if PATCHED
  throw std::runtime_error("new " + std::to_string(n + 1));
#else // PATCHED
  throw std::runtime_error("old " + std::to_string(n));
#endif // PATCHED
}

NOINLINE void passes(int n) {
#if PATCHED
  Cleanup cleanup{"new"};
#else // PATCHED
  Cleanup cleanup{"old"};
#endif // PATCHED
  throws(n);
}

NOINLINE void catches(int n) {
#if PATCHED
  try {
    passes(n);
  } catch (const std::runtime_error &error) {
    printf("caught %s: inner\n", error.what());
  }
#else // PATCHED
  passes(n);
#endif // PATCHED
}

void show() {
  try {
    catches(1);
  } catch (const std::runtime_error &error) {
    printf("caught %s: outer\n", error.what());
  }
}
