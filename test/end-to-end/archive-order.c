// The patch calls a function of a static library that the program has already.
// The linker comes upon it earlier in the patched link, and takes the members of
// the library in another order.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -static | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: three words
// CHECK:      1 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: three{{$}}
// CHECK:      == run
// CHECK-NEXT: three words
// CHECK:      exit 0

#include <stdarg.h>

#include "victim.h"

NOINLINE void format(char *buffer, size_t size, const char *text, ...) {
  va_list arguments;
  va_start(arguments, text);
#if PATCHED
  vsnprintf(buffer, size, text, arguments);
#else // PATCHED
  vsprintf(buffer, text, arguments);
#endif // PATCHED
  va_end(arguments);
  (void)size;
}

void show(void) {
  char buffer[64];
  format(buffer, 6, "%s %s", "three", "words");
  puts(buffer);
}
