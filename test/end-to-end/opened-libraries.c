// A library that the program opened by itself, once with dlopen and once more
// in a namespace of its own with dlmopen: both copies run the same code, at two
// addresses, and both are patched in one stop.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run; patch; run; info; unpatch; run; end' \
// RUN:   -- -O2 -g -Wl,--as-needed | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: dlopen old 1, dlmopen old 1
// CHECK:      2 patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: dlopen new 2, dlmopen new 2
// CHECK:      == info
// CHECK-COUNT-2: Target:                   libword.so
// CHECK:      2 patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: dlopen old 3, dlmopen old 3
// CHECK:      exit 0

//--- libword.c
#include <stdio.h>
#include <string.h>

static int calls;

// Refers to the C library of its own namespace.
const char *library_word(char *text) {
#if PATCHED
  sprintf(text, "new %d", ++calls);
#else // PATCHED
  sprintf(text, "old %d", ++calls);
#endif // PATCHED
  return text;
}

//--- prog.c
#define _GNU_SOURCE
#include <dlfcn.h>

#define VICTIM_SETUP open_libraries()
static void open_libraries(void);
#include "victim.h"

static const char *(*first)(char *), *(*second)(char *);

static void open_libraries(void) {
  void *library = dlopen("./libword.so", RTLD_NOW | RTLD_LOCAL);
  void *other = dlmopen(LM_ID_NEWLM, "./libword.so", RTLD_NOW);
  if (!library || !other)
    puts(dlerror());
  first = (const char *(*)(char *))dlsym(library, "library_word");
  second = (const char *(*)(char *))dlsym(other, "library_word");
}

void show(void) {
  char a[16], b[16];
  printf("dlopen %s, dlmopen %s\n", first(a), second(b));
}
