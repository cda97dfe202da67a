// Patched code refers to functions and data of libc: some that the original
// uses as well, some newly imported. `stderr` and `environ` must be the very
// variables that the program uses, copy relocation or not.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -g -fPIE -pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -DUSES_DATA | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie -DUSES_DATA | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      == run
// CHECK-NEXT: to stderr: new
// CHECK-NEXT: 42 CYCLE=yes
// CHECK:      == run
// CHECK-NEXT: old
// CHECK:      exit 0

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define VICTIM_SETUP setup()
static void setup(void);
#include "victim.h"

extern char **environ;

#ifdef USES_DATA
FILE *volatile *original_stderr = (FILE *volatile *)&stderr;
char ***volatile original_environ = &environ;
#endif

static void setup(void) {
  static char entry[] = "CYCLE=yes";
  static char *own_environ[] = {entry, NULL};
#ifdef USES_DATA
  *original_environ = own_environ;
#else
  clearenv();
  putenv(own_environ[0]);
#endif
}

NOINLINE void report(void) {
#if PATCHED
  errno = 0;
  fprintf(stderr, "to stderr: %s\n", "new");
  printf("%ld %s\n", strtol("42x", NULL, 10), environ[0]);
#else // PATCHED
  puts("old");
#endif // PATCHED
}

void show(void) { report(); }
