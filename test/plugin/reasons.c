// Why a function is in the patch: its own source was edited, or it inlines or
// calls what was, or it is a clone of it. Comments, lines and names of local
// variables are no edit, so that they cannot be named as the reason.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: sh edit
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: FileCheck %s --input-file=.kpatch_unit.o.patched.report --implicit-check-not={{.}}
// CHECK-DAG: {{^}}replaced	edited	edited{{$}}
// CHECK-DAG: {{^}}replaced	inlines	inlines edited 'small'{{$}}
// CHECK-DAG: {{^}}replaced	sign	edited{{$}}
// CHECK-DAG: {{^}}replaced	inlines_sign	inlines edited 'scaled'{{$}}
// CHECK-DAG: {{^}}replaced	clone.constprop.0	clone of edited 'clone'{{$}}
// CHECK-DAG: {{^}}replaced	calls	compiled differently: calls edited 'pure'{{$}}
// CHECK-DAG: {{^}}replaced	pure	edited{{$}}
// CHECK-DAG: {{^}}replaced	table	refers to changed constant 'weights'{{$}}
// CHECK-DAG: {{^}}new	fresh	new{{$}}
// RUN: FileCheck %s --input-file=.kpatch_unit.o.patched.changes --check-prefix=CODE
// CODE:      changes	1
// CODE-NEXT: unit	{{[0-9a-f]+}}	{{.*}}unit.o	unit.c
// CODE-NEXT: compiler	GNU C
// CODE:      function	replaced	edited	edited	unit.c:{{[0-9]+}}
// CODE-NEXT: -	leal    1(%rdi), %eax
// CODE:      +	leal    2(%rdi), %eax

//--- edit
sed -i -e 's|a + 1|a + 2|' -e 's|a \* 3|a * 5|' -e 's|b ^ 9|b ^ 8|' \
  -e 's|return b_;|calls_made++; return b_;|' -e 's|{1, 2, 3}|{1, 2, 4}|' \
  -e 's|^int renamed(int a) { int x|// A comment.\nint renamed(int a) { int renamed_x|' \
  -e 's|return x;|return renamed_x;|' -e 's|int scale)|unsigned scale)|' \
  -e 's|signed char s|unsigned char s|' unit.c
echo 'int fresh(int a) { return a; }' >> unit.c

//--- unit.c
#define NOINLINE __attribute__((noinline))
int calls_made, seen;
NOINLINE int edited(int a) { return a + 1; }
static inline int small(int a) { return a * 3; }
NOINLINE int inlines(int a) { return small(a) - 7; }
static NOINLINE int clone(int a, int b) { return (a << 3) - (b ^ 9) * a; }
NOINLINE int use_clone(int a) { return clone(a, 4) + 1; }
NOINLINE int pure(int b_) { return b_; }
NOINLINE int calls(int a) { seen = a; int first = pure(a); return first + pure(a); }
static const int weights[] = {1, 2, 3};
NOINLINE int table(int a) { return weights[a]; }
int renamed(int a) { int x = a * 11; return x; }
NOINLINE int sign(const char *p) { const signed char s = *p; return s; }
static inline long scaled(long a, int scale) { return a * scale; }
NOINLINE long inlines_sign(long a, int b) { return scaled(a, b); }
