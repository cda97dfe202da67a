// A structure that grew is refused where it is declared, with the member that
// is the reason: objects of the running program have the old layout. Members
// that only change name, or types that only new code has, are fine.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: cp grown.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=GROWN
// GROWN: unit.c:2:8: error: the layout of 'struct request' changed: member 'limit' is new, at offset 8 [kpatch-type-layout]
// GROWN: note: the running program has such objects in its memory; the size was 16, is 24
// RUN: sed "s/int length/short length/" old.c > unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NARROWED
// NARROWED: error: the layout of 'struct request' changed: member 'length' had 32 bits, has 16 [kpatch-type-layout]
// RUN: cp renamed.c unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c

//--- old.c
int check(void *request);
struct request {
  int length;
  char *body;
};
int handle(struct request *r) { return r->length; }
//--- grown.c
int check(void *request);
struct request {
  int length;
  long limit;
  char *body;
};
int handle(struct request *r) { return r->length < r->limit ? r->length : 0; }
//--- renamed.c
int check(void *request);
struct request {
  int size;
  char *body;
};
struct fresh {
  int a, b;
};
int handle(struct request *r) {
  struct fresh f = {r->size, 3};
  return check(&f) ? f.a : 0;
}
