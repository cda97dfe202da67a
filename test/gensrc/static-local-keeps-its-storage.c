// A patched function goes on with its own static local, also when the compiler
// numbers it differently: the reference goes to the original's symbol.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S old.c && %gcc -O2 -S new.c
// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o merged.s
// RUN: FileCheck %s --input-file=merged.s

// CHECK: next.kpatch:
// CHECK: count.[[NUMBER:[0-9]+]].kpatchref.[[UNIT:[0-9a-f]+]](%rip)
// CHECK: .globl count.[[NUMBER]].kpatchref.[[UNIT]]
// CHECK: .hidden count.[[NUMBER]].kpatchref.[[UNIT]]
// CHECK: .set count.[[NUMBER]].kpatchref.[[UNIT]],count.[[NUMBER]]

//--- old.c
int unrelated(void) { static int count; return count += 2; }
int next(void) { static int count; return ++count; }

//--- new.c
int unrelated(void) { static int count; return count += 2; }
int another(void) { static int hits; return ++hits; }
int next(void) { static int count; return count += another(); }
