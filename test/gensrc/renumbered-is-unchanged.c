// Labels, string numbers, suffixes of static locals and the order of functions
// say nothing: only `edited` differs between these two files.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S old.c && %gcc -O2 -S new.c
// RUN: %kpatch_gensrc --test-mode -d 1 -i old.s -i new.s -o merged.s 2>&1 \
// RUN:   | FileCheck %s --implicit-check-not="info:"
// RUN: %gcc -c merged.s
// RUN: %gcc -O2 -g -S old.c && %gcc -O2 -g -S new.c
// RUN: %kpatch_gensrc --test-mode -d 1 -i old.s -i new.s -o merged.s 2>&1 \
// RUN:   | FileCheck %s --implicit-check-not="info:" --check-prefix=DEBUG
// RUN: %gcc -c merged.s 2>&1 | count 0
// RUN: %kpatch_gensrc --test-mode -d 1 -i old.s -i old.s -o same.s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SAME
// RUN: cmp old.s same.s

// CHECK: info: edited: edited
// DEBUG: info: new.c:{{[0-9]+}}: edited: edited
// SAME: info: nothing changed

//--- old.c
#include <stdio.h>
int first(void) { static int calls = 3; return puts("first") + ++calls; }
int second(int x) {
  static int calls = 3;
  switch (x) {
  case 0: return puts("zero");
  case 1: return puts("one");
  case 2: return puts("two") + ++calls;
  case 3: return puts("three");
  case 4: return x + 7;
  }
  return -1;
}
int edited(int x) { static int calls = 3; return x + ++calls; }

//--- new.c
#include <stdio.h>
int edited(int x) { static int calls = 3; puts("new"); return x - ++calls; }
int second(int x) {
  static int calls = 3;
  switch (x) {
  case 0: return puts("zero");
  case 1: return puts("one");
  case 2: return puts("two") + ++calls;
  case 3: return puts("three");
  case 4: return x + 7;
  }
  return -1;
}
int first(void) { static int calls = 3; return puts("first") + ++calls; }
