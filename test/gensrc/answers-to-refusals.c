// What a person knows better is answered for one symbol, and recorded in the
// merged text. An unknown code, one that nothing could make safe, and an answer
// without a symbol are usage errors.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S unit.c -o old.s
// RUN: %gcc -O2 -DLEVEL=6 -S unit.c -o init.s
// RUN: %gcc -O2 -DSIZE=4 -S unit.c -o smaller.s
// RUN: %gcc -O2 -DSIZE=16 -S unit.c -o larger.s
// RUN: %gcc -O2 -DSTART=2 -S unit.c -o start.s

// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i init.s -o m.s 2>&1 | FileCheck %s --check-prefix=HINT
// HINT: error: init.s: line {{[0-9]+}}: variable 'level': the initial value changed [kpatch-data-init]
// HINT: note: if you know that it is safe: --allow='kpatch-data-init:level'

// Allowed for another variable only:
// RUN: %exits-with 1 %kpatch_gensrc --allow=kpatch-data-init:other -i old.s -i init.s -o m.s

// RUN: %kpatch_gensrc --allow=kpatch-data-init:level --allow=kpatch-data-size:no -i old.s -i init.s -o m.s
// RUN: FileCheck %s --check-prefix=RECORD --implicit-check-not=data-size < m.s
// RECORD: .section .kpatch.allowed,"aR",@progbits
// RECORD-NEXT: .string "kpatch-data-init:level"

// A variable keeps its place, so that it may only become smaller.
// RUN: %kpatch_gensrc --allow=kpatch-data-size:buffer -i old.s -i smaller.s -o m.s
// RUN: %exits-with 1 %kpatch_gensrc --allow=kpatch-data-size:buffer -i old.s -i larger.s -o m.s 2>&1 | FileCheck %s --check-prefix=LARGER
// LARGER: error: larger.s: line {{[0-9]+}}: variable 'buffer': the size changed (8 bytes, now 16) [kpatch-data-size]
// LARGER-NOT: --allow

// RUN: %kpatch_gensrc --allow=kpatch-constructor:start -i old.s -i start.s -o m.s
// RUN: FileCheck %s --check-prefix=START < m.s
// START: .string "kpatch-constructor:start"

// RUN: %exits-with 2 %kpatch_gensrc --allow=kpatch-nonsense:x -i old.s -i init.s -o m.s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: --allow: 'kpatch-nonsense' is no code of a refusal
// UNKNOWN: note: libcare-patch-make --list-refusals lists them
// RUN: %exits-with 2 %kpatch_gensrc --allow=kpatch-tls-new:x -i old.s -i init.s -o m.s 2>&1 | FileCheck %s --check-prefix=NEVER
// NEVER: error: --allow: 'kpatch-tls-new' cannot be allowed: nothing that a person knows would make the patch work (a new thread-local variable)
// RUN: %exits-with 2 %kpatch_gensrc --allow=kpatch-data-init -i old.s -i init.s -o m.s 2>&1 | FileCheck %s --check-prefix=SYMBOL
// SYMBOL: error: --allow: 'kpatch-data-init' names no variable

//--- unit.c
#ifndef LEVEL
#define LEVEL 5
#endif
#ifndef SIZE
#define SIZE 8
#endif
#ifndef START
#define START 1
#endif
int level = LEVEL;
char buffer[SIZE];
__attribute__((constructor)) static void start(void) { buffer[0] = START; }
int use(int i) { return level + buffer[i] + SIZE + LEVEL; }
