// What only the compiler knows is in the facts file: clones and what they are
// clones of, functions that were inlined, whose static locals are whose,
// layouts of structures. The differ is exact only with these.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -Wall -DX=1 -c %s -o unit.o
// RUN: FileCheck %s --input-file=.kpatch_unit.o.original.facts \
// RUN:   --match-full-lines --implicit-check-not=-DX --implicit-check-not=-Wall

// CHECK: facts	1
// CHECK-NEXT: compiler	GNU C{{.*}}
// CHECK: option	-O2
// CHECK: source	{{.*}}facts.c
// CHECK-NEXT: output	{{.*}}/unit.o
// CHECK-DAG: function	helper.constprop.0	helper.constprop	{{.*}}facts.c:{{[0-9]+}}	{{[0-9a-f]+}}	helper{{.*}}
// CHECK-DAG: function	use	use	{{.*}}	{{[0-9a-f]+}}	{{.*}}
// CHECK: inlined	small	use	{{[0-9a-f]+}}
// CHECK-DAG: variable	calls.{{[0-9]+}}	calls	{{.*}}	4	helper	0	{{.*}}
// CHECK-DAG: variable	calls.{{[0-9]+}}	calls	{{.*}}	4	small	0	{{.*}}
// CHECK-DAG: variable	calls.{{[0-9]+}}	calls	{{.*}}	8	small	1	{{.*}}
// CHECK-DAG: variable	shared	shared	{{.*}}	24		0	{{.*}}
// CHECK: type	struct config	{{.*}}	{{[0-9a-f]+}}	24
// CHECK-NEXT: member	number	0	32	{{[0-9a-f]+}}	{{.*}}
// CHECK-NEXT: member	name	64	64	{{[0-9a-f]+}}	{{.*}}
// CHECK-NEXT: member	next	128	64	{{[0-9a-f]+}}	{{.*}}
// CHECK: type	point	{{.*}}	16

struct config {
  int number;
  const char *name;
  struct config *next;
};
typedef struct {
  long x, y;
} point;
struct config shared;
point origin;

static inline int small(int a) {
  static int calls;
  if (a > 3) {
    static long calls;
    calls += a;
    return (int)calls;
  }
  return calls += a;
}
static __attribute__((noinline)) int helper(int a, int b) {
  static int calls;
  calls += a * b;
  return calls - shared.number;
}
int use(int a) { return small(a) + helper(a, 7) + helper(a + 1, 7); }
