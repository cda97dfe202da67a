// Bytes that objects of the running program have must mean the same to the
// new code, even where nothing moved: a member of another type of the same
// size, members of structures without a name, array types, variables. Signs
// and the target of a pointer to void are a person's business: a warning.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: cp %s unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DREAL=float -c unit.c \
// RUN:   2>&1 | FileCheck %s --check-prefix=REAL
// REAL: unit.c:{{[0-9]+}}:8: error: the layout of 'struct node' changed: member 'real' at offset 4 was 'int', is 'float' [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DINNER="short b, a" -c \
// RUN:   unit.c 2>&1 | FileCheck %s --check-prefix=INNER
// INNER: error: the layout of 'struct node' changed: member 'inner.b' was at offset 10, is at offset 8 [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DBITS="unsigned n : 1;" \
// RUN:   -c unit.c 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: error: the layout of 'struct node' changed: member 'n' is new, at offset 12 bit 3 [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DREAD=2 \
// RUN:   -DTARGET="struct other" -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TARGET
// TARGET: error: the layout of 'struct node' changed: member 'next' at offset 16 was 'struct node *', is 'struct other *' [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DVALUE=float -c unit.c \
// RUN:   2>&1 | FileCheck %s --check-prefix=VALUE
// VALUE: unit.c:{{[0-9]+}}:{{[0-9]+}}: error: the type of variable 'value' changed: was 'int', is 'float' [kpatch-type-layout]
// VALUE-NEXT: VALUE value
// VALUE: note: the running program has a value of the old type in it

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DELSEWHERE=float -c \
// RUN:   unit.c 2>&1 | FileCheck %s --check-prefix=ELSEWHERE
// ELSEWHERE: error: the type of variable 'elsewhere' changed: was 'int', is 'float' [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DCALLS=float -c unit.c \
// RUN:   2>&1 | FileCheck %s --check-prefix=CALLS
// CALLS: error: the type of variable 'calls{{.*}}' changed: was 'int', is 'float' [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -DCOLUMNS=8 -c unit.c \
// RUN:   2>&1 | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: error: the type of variable 'table' changed: was 'int[4] *', is 'int[8] *' [kpatch-type-layout]

// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -Werror -DREAL=unsigned \
// RUN:   -DVALUE=unsigned -DANY="const char" -DREAD=2 -c unit.c 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SIGN --implicit-check-not=warning:
// SIGN-DAG: warning: unit.c: the original was compiled with other macros: {{.*}} [kpatch-flags]
// SIGN-DAG: warning: in 'struct node', member 'real' has another type of the same size: was 'int', is 'unsigned int'; the program has values of the old one [kpatch-type-layout]
// SIGN-DAG: warning: in 'struct node', member 'any' has another type of the same size: was 'void *', is 'char *'; the program has values of the old one [kpatch-type-layout]

// Renaming a member, or a const target, changes nothing.
// RUN: env KPATCH_STAGE=patched \
// RUN:   KPATCH_ALLOW='kpatch-flags:NAME;kpatch-flags:READ;kpatch-flags:TARGET' \
// RUN:   %libcare-cc -O2 -DNAME=renamed -DREAD=2 \
// RUN:   -DTARGET="const struct node" -c unit.c 2>&1 | count 0

#ifndef READ
#define READ 1
#endif
#ifndef REAL
#define REAL int
#endif
#ifndef INNER
#define INNER short a, b
#endif
#ifndef BITS
#define BITS
#endif
#ifndef TARGET
#define TARGET struct node
#endif
#ifndef VALUE
#define VALUE int
#endif
#ifndef ELSEWHERE
#define ELSEWHERE int
#endif
#ifndef CALLS
#define CALLS int
#endif
#ifndef COLUMNS
#define COLUMNS 4
#endif
#ifndef ANY
#define ANY void
#endif
#ifndef NAME
#define NAME name
#endif

enum kind { KIND_A, KIND_B, KIND_C };
struct other {
  int x;
};
struct node {
  enum kind NAME;
  REAL real;
  struct {
    INNER;
  } inner;
  union {
    struct {
      unsigned first : 3;
      BITS unsigned last : 5;
    };
    unsigned word;
  };
  TARGET *next;
  ANY *any;
};
typedef int row[COLUMNS];
static row *table;
static VALUE value;
extern ELSEWHERE elsewhere;

int read_all(struct node *n, int i) {
  static CALLS calls;
  calls += i;
  value += (VALUE)i;
  return (int)n->real + n->inner.b + (int)n->last + (n->next ? READ : 0) +
         (int)value + (int)elsewhere + (int)calls;
}
void set_table(row *t) { table = t; }
int read_table(int i, int j) { return table[i][j]; }
