// The patched sources may lie in another folder than the original ones: that
// __FILE__ and assert name another path changes no function.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir -p %t/first/src %t/second-folder/src && cd %t
// RUN: cp %s first/src/unit.c && sed 's/return 1;/return 2;/' %s > second-folder/src/unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c %t/first/src/unit.c -o unit.o
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c %t/second-folder/src/unit.c -o unit.o
// RUN: FileCheck %s --implicit-check-not={{.}} < .kpatch_unit.o.patched.report
// CHECK: replaced{{.*}}edited{{.*}}

#include <assert.h>
#include <stdio.h>

int edited(void) { return 1; }
int checked(int i) {
  assert(i > 0);
  return i;
}
void said(void) { puts(__FILE__); }
