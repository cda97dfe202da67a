// What a running program has in memory cannot be changed by new code: each kind
// of changed data is refused with its own code, nothing is written.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S old.c
// RUN: %gcc -O2 -DINIT=6 -S old.c -o init.s
// RUN: %gcc -O2 -DSIZE=9 -S old.c -o size.s
// RUN: %gcc -O2 -DKIND=const -S old.c -o kind.s
// RUN: %gcc -O2 -DTLS -S old.c -o tls.s
// RUN: %gcc -O2 -DCTOR=2 -S old.c -o constructor.s
// RUN: %gcc -O2 -DASM=7 -S old.c -o asm.s
// RUN: %gcc -O2 -DIFUNC -S old.c -o ifunc.s
// RUN: %gcc -O2 -DTABLE=7 -S old.c -o table.s
// RUN: %gcc -O2 -DVISIBLE=7 -S old.c -o visible.s

// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i init.s -o m.s 2>&1 | FileCheck %s --check-prefix=INIT
// INIT: error: init.s: line {{[0-9]+}}: variable 'level': the initial value changed [kpatch-data-init]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i size.s -o m.s 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: error: size.s: line {{[0-9]+}}: variable 'buffer': the size changed (8 bytes, now 9) [kpatch-data-size]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i kind.s -o m.s 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: kind.s: line {{[0-9]+}}: variable 'kind' moved to another kind of memory (.data, now .rodata) [kpatch-data-storage]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i tls.s -o m.s 2>&1 | FileCheck %s --check-prefix=TLS
// TLS: error: tls.s: line {{[0-9]+}}: variable 'per_thread' is new and thread-local [kpatch-tls-new]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i constructor.s -o m.s 2>&1 | FileCheck %s --check-prefix=CTOR
// CTOR: error: constructor.s: line {{[0-9]+}}: function 'start' runs at the start and changed [kpatch-constructor]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i asm.s -o m.s 2>&1 | FileCheck %s --check-prefix=ASM
// ASM: error: asm.s: assembly outside of functions differs [kpatch-toplevel-asm]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i ifunc.s -o m.s 2>&1 | FileCheck %s --check-prefix=IFUNC
// IFUNC: error: ifunc.s: line {{[0-9]+}}: function 'chosen' is a new indirect function [kpatch-ifunc-new]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i table.s -o m.s 2>&1 | FileCheck %s --check-prefix=TABLE
// TABLE: error: table.s: line {{[0-9]+}}: variable 'table': the value of a constant that other code can see changed [kpatch-data-init]
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i visible.s -o m.s 2>&1 | FileCheck %s --check-prefix=VISIBLE
// VISIBLE: error: visible.s: line {{[0-9]+}}: constant 'limits' changed, and variable 'current' refers to it [kpatch-const-visible]
// RUN: %gcc -O2 -DOUTWARDS -S old.c -o outwards.s
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i outwards.s -o m.s 2>&1 | FileCheck %s --check-prefix=OUTWARDS
// OUTWARDS: error: old.s: original: line {{[0-9]+}}: variable 'moved' was static, and is another unit's now [kpatch-data-storage]
// RUN: %exits-with 1 %kpatch_gensrc -i outwards.s -i old.s -o m.s 2>&1 | FileCheck %s --check-prefix=INWARDS
// INWARDS: error: old.s: line {{[0-9]+}}: variable 'moved' was another unit's, and is static now [kpatch-data-storage]
// RUN: %gcc -O2 "-DALIGN=__attribute__((aligned(64)))" -S old.c -o align.s
// RUN: %exits-with 1 %kpatch_gensrc -i old.s -i align.s -o m.s 2>&1 | FileCheck %s --check-prefix=ALIGN
// ALIGN: error: align.s: line {{[0-9]+}}: variable 'level' is aligned to 64 bytes now, was to 4 [kpatch-data-storage]
// RUN: not ls m.s

//--- old.c
#ifndef INIT
#define INIT 5
#endif
#ifndef SIZE
#define SIZE 8
#endif
#ifndef KIND
#define KIND
#endif
#ifndef ALIGN
#define ALIGN
#endif
#ifndef CTOR
#define CTOR 1
#endif
#ifndef ASM
#define ASM 6
#endif
#ifndef TABLE
#define TABLE 6
#endif
#ifndef VISIBLE
#define VISIBLE 6
#endif
ALIGN int level = INIT;
char buffer[SIZE];
KIND int kind = 3;
const int table[2] = {1, TABLE};
static const int limits[2] = {1, VISIBLE};
const int *current = limits;
#ifdef TLS
__thread int per_thread = 2;
#endif
__attribute__((constructor)) static void start(void) { buffer[0] = CTOR; }
#define text(x) #x
#define number(x) text(x)
__asm__(".set marker, " number(ASM));
static int resolved(void) { return 1; }
#ifdef IFUNC
static int (*choose(void))(void) { return resolved; }
int chosen(void) __attribute__((ifunc("choose")));
#endif
int use(int i) { return level + table[i] + resolved(); }
#ifdef OUTWARDS
extern int moved;
#else
static int moved = 3;
#endif
int move(int by) { return moved += by; }
