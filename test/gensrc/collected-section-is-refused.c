// What a person has put into a section of its own is found by its place there
// (__start_table to __stop_table): an entry that is new, gone or changed would
// not be seen. Refused by name; entries that stay as they are do no harm.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S table.c -o old.s
// RUN: %gcc -O2 -DC -S table.c -o more.s
// RUN: %gcc -O2 -DNO_B -S table.c -o fewer.s
// RUN: %gcc -O2 -DVALUE=7 -S table.c -o changed.s
// RUN: %gcc -O2 -DPLACE -S table.c -o moved.s
// RUN: %gcc -O2 -DSTEP=2 -S table.c -o step.s

// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i more.s -o m.s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MORE
// MORE: error: more.s: line {{[0-9]+}}: variable 'entry_c' is new in section 'table' [kpatch-data-section]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i fewer.s -o m.s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FEWER
// FEWER: error: old.s: original: line {{[0-9]+}}: variable 'entry_b' is no longer in section 'table' [kpatch-data-section]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i changed.s -o m.s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CHANGED
// CHANGED: error: changed.s: line {{[0-9]+}}: variable 'entry_a' changed in section 'table' [kpatch-data-section]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i moved.s -o m.s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MOVED
// MOVED: error: moved.s: line {{[0-9]+}}: variable 'plain' moved into section 'table' [kpatch-data-section]
// RUN: not ls m.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i step.s -o m.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i more.s -o m.s --ignore-changes=entry_c

//--- table.c
#ifndef VALUE
#define VALUE 1
#endif
#ifndef STEP
#define STEP 1
#endif
#define ENTRY __attribute__((section("table"), used))
static const int entry_a ENTRY = VALUE;
#ifndef NO_B
static const int entry_b ENTRY = 2;
#endif
#ifdef C
static const int entry_c ENTRY = 3;
#endif
#ifdef PLACE
ENTRY
#endif
const int plain = 4;
extern const int __start_table[], __stop_table[];
int sum(void) {
  int total = 0;
  for (const int *p = __start_table; p < __stop_table; p += STEP)
    total += *p;
  return total;
}
