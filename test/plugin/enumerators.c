// An enumerator with another number is refused: the running program may have
// stored the old one. Enumerators that are only new, at the end or with a free
// number, are no matter. A person who knows better says so for the enumeration.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: sh -c "echo 'enum state { FIRST, MIDDLE, LAST };' > state.h"
// RUN: cp %s unit.c && env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c

// At the end, and with a free number:
// RUN: sed 's/return 1/return 2/' %s > unit.c
// RUN: sh -c "echo 'enum state { FIRST, MIDDLE, LAST, ADDED };' > state.h"
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c 2>&1 | count 0
// RUN: count 1 < .kpatch_unit.o.patched.report
// RUN: sh -c "echo 'enum state { FIRST, ADDED = 9, MIDDLE = 1, LAST };' > state.h"
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c 2>&1 | count 0

// In the middle:
// RUN: sh -c "echo 'enum state { FIRST, ADDED, MIDDLE, LAST };' > state.h"
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s
// CHECK: state.h:1:6: error: enumerator 'MIDDLE' of 'enum state' was 1, is 2 [kpatch-enum-value]
// CHECK: note: the running program may have stored the old value; existing enumerators keep their numbers, new ones go behind them
// CHECK: note: if you know that it is safe: --allow='kpatch-enum-value:enum state'

// Allowed, with and without the word in front of the name:
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-enum-value:state \
// RUN:   %libcare-cc -O2 -c unit.c 2>&1 | count 0
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW='kpatch-enum-value:enum state' \
// RUN:   %libcare-cc -O2 -c unit.c 2>&1 | count 0
// RUN: llvm-readelf -p .kpatch.allowed unit.o | FileCheck %s --check-prefix=KEPT
// KEPT: kpatch-enum-value:enum state

// One that has its name from a typedef, and gets smaller:
// RUN: sh -c "echo 'typedef enum { FIRST, GONE, MIDDLE, LAST } state_t; enum state { ONE };' > state.h"
// RUN: cp %s unit.c && env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: sed 's/return 1/return 2/' %s > unit.c && sed -i 's/ GONE,//' state.h
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TYPEDEF
// TYPEDEF: state.h:1:14: error: enumerator 'MIDDLE' of 'state_t' was 2, is 1 [kpatch-enum-value]
// TYPEDEF: --allow='kpatch-enum-value:state_t'

// Enumerations without a name whose enumerators share names, as parsers have
// them: each keeps its own numbers. A third one is no change of the others.
// RUN: split-file %s %t/split && cp split/two.c two.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c two.c
// RUN: sed -i 's/return 10/return 11/' two.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c two.c 2>&1 | count 0
// RUN: sed -i '1i int third(void) { enum { START = 7 }; return START; }' two.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c two.c 2>&1 | count 0
// RUN: sed -i 's/START, NAME, DONE/START, SPACE, NAME, DONE/' two.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c two.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TWO
// TWO: error: {{.*}}enumerator 'NAME' of an enumeration was 1, is 2 [kpatch-enum-value]

#include "state.h"
enum state current;
int look(void) {
  if (current == MIDDLE)
    return 1;
  return current == LAST;
}

//--- two.c
int first(int state) {
  enum { START, NAME, DONE };
  return state == NAME ? 10 : state == DONE;
}
int second(int state) {
  enum { START, LENGTH, NAME, VALUE, DONE };
  return state == NAME ? 20 : state == DONE;
}
