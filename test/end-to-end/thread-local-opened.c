// Thread-local variables of a library that was opened late. The dynamic linker
// gives a small block a place beside those of the program's own libraries,
// which an access through descriptors needs to be patched. A large block is
// allocated for each thread when it is first used: then there is no such place,
// and only calls of __tls_get_addr can be patched.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -DCOUNT=1 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -DCOUNT=1 -mtls-dialect=gnu2 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -DCOUNT=50000 | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -DCOUNT=50000 -mtls-dialect=gnu2 2>&1 | FileCheck %s --check-prefix=REFUSED

// CHECK:      == run
// CHECK-NEXT: here 101 there 101
// CHECK:      == run
// CHECK-NEXT: here 1102 there 1101
// CHECK:      == run
// CHECK-NEXT: here 103 there 101
// CHECK:      exit 0

// REFUSED:      == patch
// REFUSED-NEXT: symbol 'seen': 'libcount.so': its thread-local variables have no fixed place: {{.*}} [kpatch-tls]
// REFUSED-NEXT: note: compile the unit with -ftls-model=global-dynamic and -mtls-dialect=gnu
// REFUSED-NEXT: exit status 1
// REFUSED-NEXT: == run
// REFUSED-NEXT: here 102 there 101

//--- libcount.c
__thread int seen[COUNT] = {100};
int next(void) {
#if PATCHED
  return (seen[0] += 1) + 1000;
#else // PATCHED
  return seen[0] += 1;
#endif // PATCHED
}

//--- prog.c
#include <dlfcn.h>

#define VICTIM_SETUP open_library()
static void open_library(void);
#define next late_next
#include "two-threads-count.h"
static int (*library_next)(void);
int late_next(void) { return library_next(); }
static void open_library(void) {
  void *library = dlopen("./libcount.so", RTLD_NOW);
  library_next = (int (*)(void))dlsym(library, "next");
}
