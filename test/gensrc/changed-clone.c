// A clone (.constprop, .isra, .part) is compiled together with its callers. A
// caller whose code stays the same was compiled for the new clone as well, so
// that the clone is replaced at its entry and the caller, which may never
// return, is left alone. A clone whose callers are all in the patch may have
// other parameters: its entry stays, and they call the new one. If a caller is
// to keep its old code, it must reach the old clone.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cat old.c program.c > program-old.c && cat new.c program.c > program-new.c
// RUN: %gcc -O2 -S program-old.c -o old.s && %gcc -O2 -S program-new.c -o new.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o merged.s --report report
// RUN: FileCheck %s --input-file=report --match-full-lines --implicit-check-not={{.}}
// CHECK: replaced{{	}}scale.constprop.0{{	}}edited

// RUN: sed 's/value \* 7/value * 9/' program-new.c > program-both.c
// RUN: %gcc -O2 -S program-both.c -o both.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i both.s -o merged.s --report report \
// RUN:   --ignore-changes=other_user
// RUN: FileCheck %s --input-file=report --match-full-lines \
// RUN:   --check-prefix=KEEPS --implicit-check-not={{.}}
// KEEPS-DAG: new{{	}}scale.constprop.0{{	}}edited
// KEEPS-DAG: replaced{{	}}user{{	}}calls changed clone 'scale.constprop.0'

//--- old.c
#define FACTOR 3
//--- new.c
#define FACTOR 5
//--- program.c
int log_value(int);
static __attribute__((noinline)) int scale(int value, int unit) {
  return log_value(value * FACTOR) + unit * log_value(value) + value % 3;
}
int user(int value) { return scale(value, 10) + 1; }
int other_user(int value) { return scale(value * 7, 10) + 2; }
