// A structure that grew changes all structures that hold one. The refusal is
// about what was edited, and lists the others; that of a variable which grew
// with its type says so.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp heap.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: sed -i "s|int length;|int length, limit[9];|; s|return o|return 2 * o|" unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=HEAP
// HEAP: unit.c:1:8: error: the layout of 'struct part' changed: member 'limit' is new, at offset 4 [kpatch-type-layout]
// HEAP: note: refused as well: 'struct all', 'struct kept'

// RUN: cp global.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: sed -i "s|int length;|int length, limit[9];|" unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=GLOBAL
// GLOBAL: unit.c:2:17: error: variable 'session': the size changed (4 bytes, now 40) [kpatch-data-size]
// GLOBAL: note: the layout of 'struct part' changed: member 'limit' is new, at offset 4

//--- heap.c
struct part { int length; };
struct kept { struct part parts[3]; };
struct all { struct kept kept; int count; };
int total(struct all *o) { return o->count; }
//--- global.c
struct part { int length; };
struct part     session;
int get(void) { return session.length; }
