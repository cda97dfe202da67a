// Lambdas are named by their number in the function. One more in front of others
// gives these other names: what the running program has kept of them would call
// the new one, which is refused. What is only called, or handed to a template,
// was not kept. Static locals stay with the lambda that they are in.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c kept.cpp called.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O0 -c kept.cpp -o kept0.o

// A new one in front; one that is gone in front; other captures.
// RUN: sed -i 's|// FIRST|on([](int x) { return x - 1; });|' kept.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c kept.cpp 2>&1 | FileCheck %s
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O0 -c kept.cpp -o kept0.o 2>&1 | FileCheck %s
// CHECK: kept.cpp:{{[0-9]+}}:{{[0-9]+}}: error: lambda '_ZZ5setupiENKUliE{{.*}}_clEi' in '_Z5setupi': its name is that of another one now, and the running program may have kept it [kpatch-lambda]
// CHECK: note: lambdas are numbered in the order of the source
// RUN: sed -i 's|on(.*x - 1.*||; s|on(.*x + base.*||' kept.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c kept.cpp 2>&1 | FileCheck %s
// RUN: split-file %s %t
// RUN: sed -i 's|\[base\](int x) { return x + base|[base, more](int x) { return x + base + more|' kept.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c kept.cpp 2>&1 | FileCheck %s --check-prefix=CAPTURES
// CAPTURES: error: lambda '_ZZ5setupiENKUliE_': what it captures changed, and the running program may have kept it (4 bytes, now 8) [kpatch-type-layout]

// A new one behind the others, and an edit.
// RUN: split-file %s %t
// RUN: sed -i 's|// LAST|on([](int x) { return x - 1; });|; s|x + base|x + base + 1|' kept.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c kept.cpp

// In front of one that is only called, and has a variable.
// RUN: sed -i 's|// FIRST|call([] { static int n; return ++n; });|; s|a > b|a > b + 1|' called.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c called.cpp
// RUN: llvm-nm called.o | FileCheck %s --check-prefix=CALLED --implicit-check-not=UlvE0_clEvE1n
// CALLED-DAG: _ZZZ4sortPiS_ENKUlvE_clEvE1n.kpatchref
// CALLED-DAG: b _ZZZ4sortPiS_ENKUlvE_clEvE1n.kpatch{{$}}

//--- kept.cpp
#include <functional>
#include <vector>
static std::vector<std::function<int(int)>> handlers;
static void on(std::function<int(int)> f) { handlers.push_back(f); }
extern int more;
void setup(int base) {
  int more = base * base;
  // FIRST
  on([base](int x) { return x + base; });
  on([base](int x) { return x * base; });
  // LAST
  handlers[0](more);
}

//--- called.cpp
#include <algorithm>
template <typename F> __attribute__((noinline)) int call(F f) { return f(); }
int sort(int *first, int *last) {
  // FIRST
  int sum = call([] { static int n; return ++n + 1; });
  std::sort(first, last, [](int a, int b) { return a > b; });
  return sum;
}
