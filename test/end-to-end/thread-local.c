// Existing thread-local variables of the program and of a library are reached
// from patched code with their live values, in every thread its own. The models
// are those that the compiler picks for a program, a library and with PIC.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t -- -O2 -g | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fno-pie -no-pie | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -fPIC | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -ftls-model=initial-exec | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: old: program 1 library 100
// CHECK:      == run
// CHECK-NEXT: new: program 3 static 1003 library 300 hidden 5003
// CHECK-NEXT: other thread: program 1 static 1001 library 100 hidden 5001
// CHECK:      == run
// CHECK-NEXT: old: program 5 library 500
// CHECK:      exit 0

//--- libtls.c
__thread int library_value;
static __thread int hidden_value = 5000;

void library_step(void) {
  library_value += 100;
  hidden_value++;
}

int library_hidden(void) {
#if PATCHED
  return hidden_value;
#else // PATCHED
  return 0;
#endif // PATCHED
}

int library_read(void) { return library_value; }

//--- prog.c
#include <pthread.h>

#include "victim.h"

extern __thread int library_value;
void library_step(void);
int library_hidden(void);
int library_read(void);

__thread int program_value;
static __thread int static_value = 1000;

static NOINLINE void step(void) {
  program_value++;
  static_value++;
  library_step();
}

NOINLINE void report(const char *who) {
#if PATCHED
  printf("%s: program %d static %d library %d hidden %d\n", who, program_value,
         static_value, library_value, library_hidden());
#else // PATCHED
  if (!who[3])
    printf("old: program %d library %d\n", program_value, library_read());
#endif // PATCHED
}

static void *other(void *unused) {
  step();
  report("other thread");
  return unused;
}

void show(void) {
  pthread_t thread;
  step();
  report("new");
  pthread_create(&thread, NULL, other, NULL);
  pthread_join(thread, NULL);
  step();
}
