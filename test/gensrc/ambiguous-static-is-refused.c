// A static local that vanishes from one function while one of the same name
// appears in another may or may not be the same variable. Without the
// compiler's facts that cannot be told, and guessing would share or lose state.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S old.c && %gcc -O2 -S new.c
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i new.s -o merged.s \
// RUN:   2>&1 | FileCheck %s
// RUN: not ls merged.s

// CHECK: kpatch_gensrc: error: new.s: two: static variable 'count': cannot tell which one of the original it is [kpatch-ambiguous-static]
// CHECK-NEXT: kpatch_gensrc: note: build both stages with GCC and the plugin

//--- old.c
int one(void) { static int count = 4; return ++count; }
int two(void) { return 5; }

//--- new.c
int one(void) { return 4; }
int two(void) { static int count = 4; return ++count; }
