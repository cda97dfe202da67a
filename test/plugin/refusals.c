// A change that cannot be made safely fails the compile with the compiler's
// own diagnostics at the place in the source, and leaves no object.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c && rm unit.o
// RUN: cp new.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DATA
// DATA: unit.c:2:5: error: {{.*}}'table'{{.*}} [kpatch-data-init]
// RUN: not ls unit.o

// Without the original's side files:
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c -o else.o 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NONE
// NONE: error: unit.c: there is no original to compare with: '.kpatch_else.o.original.s': No such file or directory [kpatch-no-original]
// NONE-NEXT: note: build with KPATCH_STAGE=original first
// RUN: not ls else.o

// With other options than the original:
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O1 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FLAGS
// FLAGS: error: unit.c: the original was compiled with '-O2' where the patched unit has '-O1' [kpatch-flags]

// Harmless differences are not held against it:
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -Wall -Wextra -DUNUSED -I. \
// RUN:   -MMD -fdiagnostics-color=never -c unit.c

// Compiled by another compiler:
// RUN: sed -i "s/^compiler.*/compiler\tGNU C17 11.1.0/" .kpatch_unit.o.original.facts
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COMPILER
// COMPILER: error: unit.c: the original was compiled by 'GNU C17 11.1.0', the patched unit by 'GNU C{{.*}}' [kpatch-flags]

// Facts that are not facts:
// RUN: echo garbage > .kpatch_unit.o.original.facts
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=GARBAGE
// GARBAGE: error: unit.c: .kpatch_unit.o.original.facts: not a facts file of version 1

//--- old.c

int table[3] = {1, 2, 3};
int look_up(int i) { return table[i]; }

//--- new.c

int table[3] = {1, 2, 4};
int look_up(int i) { return table[i]; }
