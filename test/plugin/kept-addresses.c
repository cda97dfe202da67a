// A changed constant is a copy in the patch. An object of the running program
// that has the address of the old one would go on with that: refused if the
// address is stored, a warning if it is passed to a function that may store it.
// To look at the constant, here or in a function of this unit or of a system
// header, is no matter.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c

// RUN: sed 's/stored = {1/stored = {2/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=STORED
// STORED: unit.c:4:32: error: constant 'stored' changed, and function 'store' stores its address [kpatch-const-visible]
// STORED: note: if you know that it is safe: --allow='kpatch-const-visible:stored'
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-const-visible:stored \
// RUN:   %libcare-cc -O2 -c unit.c
// RUN: sed 's/by_pointer = {1/by_pointer = {2/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=POINTER
// POINTER: constant 'by_pointer' changed, and function 'choose' stores its address
// RUN: sed 's/by_function = {1/by_function = {2/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FUNCTION
// FUNCTION: warning: constant 'by_function' changed, and function 'pass' passes its address to 'keep' [kpatch-const-visible]
// RUN: sed 's/passed = {1/passed = {2/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=PASSED
// PASSED: unit.c:7:32: warning: constant 'passed' changed, and function 'pass' passes its address to 'elsewhere' [kpatch-const-visible]

// RUN: sed 's/looked_at = {1/looked_at = {2/' old.c > unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c 2>&1 | count 0
// RUN: FileCheck %s --check-prefix=REPORT < .kpatch_unit.o.patched.report
// REPORT: replaced look 

//--- old.c
#include <string.h>

struct operations { int n; };
static const struct operations stored = {1};
static const struct operations by_pointer = {1};
static const struct operations by_function = {1};
static const struct operations passed = {1};
static const struct operations looked_at = {1};

struct object {
  int a;
  const struct operations *operations;
} *current;
struct iterator {
  const struct operations *at;
};

void elsewhere(const struct operations *);
int use(struct iterator *);

void store(struct object *object) { object->operations = &stored; }
void choose(struct object *object, int which) {
  const struct operations *operations = &stored;
  if (which)
    operations = &by_pointer;
  object->operations = operations;
}
__attribute__((noinline)) static void keep(int a,
                                           const struct operations *operations) {
  current->operations = operations + a;
}
void pass(void) {
  keep(1, &by_function);
  elsewhere(&passed);
}
__attribute__((noipa)) static int read(const struct operations *operations) {
  return operations->n;
}
int look(char *buffer) {
  struct iterator iterator = {&looked_at};
  memcpy(buffer, &looked_at, sizeof looked_at);
  return read(&looked_at) + looked_at.n + use(&iterator);
}
