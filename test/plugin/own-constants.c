// A table that only this unit sees may change its type: the functions that use
// it get a copy of the new one. The compiler makes such tables of its own, for
// switches, with the smallest elements that will do. What is seen through a
// pointer, or is not constant, has to stay.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: sed 's/70, 80}/70, 80, 90}/; s/5, 6}/5, 6, 7}/; s/300/30/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: FileCheck %s < .kpatch_unit.o.patched.report
// CHECK-DAG: replaced local
// CHECK-DAG: replaced file
// CHECK-DAG: replaced by_switch
// CHECK-NOT: untouched
// RUN: sed 's/{1, 2}/{1, 2, 3}/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=VARIABLE
// VARIABLE: error: variable 'variable': the size changed (8 bytes, now 12) [kpatch-data-size]
// RUN: sed 's/{8, 9}/{8, 9, 10}/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SEEN
// SEEN: error: {{.*}}'seen'{{.*}}[kpatch-const-visible]

//--- old.c
int local(int i) {
  static const short table[] = {70, 80};
  return table[i];
}
static const long table[] = {5, 6};
long file(int i) { return table[i]; }
int by_switch(int i) {
  switch (i) {
  case 0: return 1;
  case 1: return 2;
  case 2: return 300;
  case 3: return 4;
  default: return 0;
  }
}
static int variable[] = {1, 2};
int *pointer = variable;
static const int seen[] = {8, 9};
const int *reader = seen;
int untouched(int i) { return variable[i] + pointer[i] + reader[i] + seen[i]; }
