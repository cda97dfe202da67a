// An edited lambda is an edit of the function that it is written in, and what
// the library made with it inlines it, over however many steps: nothing of it
// is only "compiled differently".

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed -i 's/x \* 3/x * 5/; s/x > y/x > y + 1/' unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s --input-file=.kpatch_unit.o.patched.report --implicit-check-not="compiled differently"
// CHECK-DAG: replaced	_ZZ7convertiENUliE_4_FUNEi	edited{{$}}
// CHECK-DAG: replaced	_Z4sortPiS_	edited{{$}}
// CHECK-DAG: replaced	_ZSt16__introsort_loop{{.*}}	inlines edited '_ZZ4sortPiS_ENKUliiE_clEii'{{$}}

//--- unit.cpp
#include <algorithm>
static int offset;
__attribute__((noinline)) int apply(int n, int (*f)(int)) { return f(n); }
int convert(int n) {
  return apply(n, [](int x) { return x * 3 + offset; });
}
int sort(int *first, int *last) {
  std::sort(first, last, [](int x, int y) { return x > y; });
  return *first;
}
