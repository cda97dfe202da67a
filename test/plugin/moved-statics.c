// A static variable that moves with its code, out of a function, into one or to
// another one, has the name that it had, and may be meant to be the one that the
// running program has, or a new one. The plugin knows where each is declared,
// which does not tell. A constant has no state to lose.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: cp out.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 | FileCheck %s
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-ambiguous-static:count \
// RUN:   %libcare-cc -O2 -c unit.c
// RUN: cp other.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 | FileCheck %s
// RUN: cp out.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 | FileCheck %s
// CHECK: unit.c:{{.*}}: error: {{.*}}static variable 'count': cannot tell which one of the original it is [kpatch-ambiguous-static]
// CHECK: note: if it is a new one: --allow=kpatch-ambiguous-static:count

//--- old.c
int step(int by) {
  static int count;
  static const int limits[] = {3, 4};
  return count += by + limits[by];
}

//--- out.c
static const int limits[] = {3, 4};
static int count;
int step(int by) { return count += by + limits[by]; }
void reset(void) { count = 0; }

//--- other.c
__attribute__((noinline)) static int helper(int by) {
  static int count;
  static const int limits[] = {3, 4};
  return count += by + limits[by];
}
int step(int by) { return helper(by); }
