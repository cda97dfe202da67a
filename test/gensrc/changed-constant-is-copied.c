// A static constant with another value pulls in every function that refers to
// it, and the patch gets a copy; those that use an unchanged one go on using the
// original's.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S old.c && %gcc -O2 -DLAST=9 -S old.c -o new.s
// RUN: %kpatch_gensrc --test-mode -d 1 -i old.s -i new.s -o merged.s 2>&1 \
// RUN:   | FileCheck %s --implicit-check-not=info:
// RUN: FileCheck %s --input-file=merged.s --check-prefix=TAIL
// RUN: %gcc -c merged.s

// CHECK-DAG: info: pick: refers to changed constant 'numbers'
// CHECK-DAG: info: pick_more: refers to changed constant 'numbers'

// TAIL: pick.kpatch:
// TAIL: numbers.kpatch
// TAIL: .section .kpatch.rodata,"aR",@progbits
// TAIL: numbers.kpatch:
// TAIL: .long 9
// TAIL: .size numbers.kpatch

//--- old.c
#ifndef LAST
#define LAST 4
#endif
static const int numbers[5] = {7, 1, 2, 3, LAST};
static const int others[5] = {7, 1, 2, 3, 8};
int pick(unsigned i) { return numbers[i % 5]; }
int pick_more(unsigned i) { return numbers[i % 4] + others[i % 5]; }
int pick_other(unsigned i) { return others[i % 5]; }
