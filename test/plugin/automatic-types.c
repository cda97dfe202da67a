// A structure of which all objects are local variables of functions that the
// patch replaces may change: when the patch is applied no thread is in one of
// them. It is refused as soon as an object can be elsewhere, and as soon as a
// function that has one stays as it is.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: sh -ec "for kind in LOCAL HELPER HEAP STATIC VOID COPY PUBLIC UNION STAYS MEMBER; do sed s/KIND/$kind/ %s > unit.c; KPATCH_STAGE=original libcare-cc -O2 -c unit.c; sed \"s/KIND/$kind/; s/int last;/int added, last;/\" %s > unit.c; echo $kind; KPATCH_STAGE=patched libcare-cc -O2 -c unit.c 2>&1 | grep -o 'error: .*' || echo fine; done" \
// RUN:   | FileCheck %s --match-full-lines

// CHECK: LOCAL
// CHECK-NEXT: fine
// CHECK-NEXT: HELPER
// CHECK-NEXT: fine
// CHECK-NEXT: HEAP
// CHECK-NEXT: error: the layout of 'struct pair' changed: member 'added' is new, at offset 4 [kpatch-type-layout]
// CHECK-NEXT: STATIC
// CHECK-NEXT: error: {{.*}} [kpatch-data-size]
// CHECK-NEXT: VOID
// CHECK-NEXT: error: the layout of 'struct pair' changed: {{.*}}
// CHECK-NEXT: COPY
// CHECK-NEXT: error: the layout of 'struct pair' changed: {{.*}}
// CHECK-NEXT: PUBLIC
// CHECK-NEXT: error: the layout of 'struct pair' changed: {{.*}}
// CHECK-NEXT: UNION
// CHECK-NEXT: error: the layout of 'struct pair' changed: {{.*}}
// CHECK-NEXT: STAYS
// CHECK-NEXT: error: the layout of 'struct pair' changed: {{.*}}
// CHECK-NEXT: MEMBER
// CHECK-NEXT: error: {{.*}} [kpatch-data-size]

#include <stdlib.h>
#include <string.h>
#define KIND 1

struct pair {
  int first;
  int last;
};
void take(void *bytes, int size);
int ask(int);

#if defined LOCAL
int use(int x) {
  struct pair p, q[2];
  memset(&p, 0, sizeof p);
  p.last = ask(x);
  q[1] = p;
  q[0].last = ask(p.last);
  return p.last + q[ask(1)].last;
}
#elif defined HELPER
static __attribute__((noinline)) void fill(struct pair *p, int x) {
  p->last = ask(x);
}
int use(int x) {
  struct pair p;
  fill(&p, x);
  return p.last;
}
#elif defined HEAP
struct holder { struct pair *pair; };
int use(struct holder *h, int x) {
  if (!h->pair)
    h->pair = malloc(sizeof *h->pair);
  return h->pair->last += x;
}
#elif defined STATIC
int use(int x) {
  static struct pair p;
  return p.last += x;
}
#elif defined VOID
int use(int x) {
  struct pair p = {0, x};
  take(&p, sizeof p);
  return p.last;
}
#elif defined COPY
int use(void *buffer) {
  struct pair p;
  memcpy(&p, buffer, sizeof p);
  return p.last;
}
#elif defined PUBLIC
int use(struct pair *p) { return p->last; }
#elif defined UNION
union either { void *any; struct pair *pair; };
int use(union either e) { return e.pair->last; }
#elif defined STAYS
int stays(void) {
  struct pair p;
  p.first = ask(1);
  return p.first;
}
int use(int x) {
  struct pair p[2];
  p[ask(x)].last = x;
  return p[ask(x)].last;
}
#elif defined MEMBER
struct outer { char space[64]; struct pair inner; };
static struct outer all;
int use(int x) { return all.inner.last += x; }
#endif
