// Classes of one name in a function are numbered, and so are those without a
// name. One more in front of others gives these other names: objects that the
// running program has would run the code of the new one, which is refused. What
// has no virtual functions and is handed to nobody was not kept.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c named.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unnamed.cpp inner.cpp called.cpp

// A new one in front of one of the same name; one that is gone in front.
// RUN: sed -i 's|// FIRST|{ struct S : Task { int run() override { return 7; } }; start(new S); }|' named.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c named.cpp 2>&1 | FileCheck %s
// CHECK: named.cpp:{{[0-9]+}}:{{[0-9]+}}: error: the class of '_ZZ5setupiEN1S3runE{{.*}}v' in '_Z5setupi': its name is that of another one now, and the running program may have objects of it [kpatch-local-class]
// CHECK: note: classes of one name in a function, and those without a name, are numbered in the order of the source
// RUN: split-file %s %t
// RUN: sed -i 's|^.*return 1;.*$||' named.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c named.cpp 2>&1 | FileCheck %s

// An edit; a new one of another name in front; a new one behind.
// RUN: split-file %s %t
// RUN: sed -i 's|// FIRST|{ struct R : Task { int run() override { return 7; } }; start(new R); }|; s|return 1;|return 3;|' named.cpp
// RUN: sed -i 's|// LAST|{ struct S : Task { int run() override { return 8; } }; start(new S); }|' named.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c named.cpp
// RUN: llvm-nm named.o | FileCheck %s --check-prefix=EDIT --implicit-check-not=_ZZ5setupiEN1S3runE_0v.kpatch
// EDIT-DAG: _ZZ5setupiEN1S3runEv.kpatch
// EDIT-DAG: t _ZZ5setupiEN1S3runE_1v{{$}}

// Answered by a person.
// RUN: split-file %s %t
// RUN: sed -i 's|// FIRST|{ struct S : Task { int run() override { return 7; } }; start(new S); }|' named.cpp
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW='kpatch-local-class:_ZZ5setupiEN1S3runE_0v;kpatch-local-class:_ZZ5setupiEN1S3runEv' %libcare-cxx -O2 -c named.cpp

// RUN: sed -i 's|// FIRST|static struct : Task { int run() override { return 7; } } first; start(\&first);|' unnamed.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unnamed.cpp 2>&1 | FileCheck %s --check-prefix=UNNAMED
// UNNAMED: error: the class of '_ZZ5setupiENUt_3runEv' in '_Z5setupi': its name is that of another one now, {{.*}} [kpatch-local-class]

// What is in another one has its name.
// RUN: sed -i 's|// FIRST|call([] { return 7; });|' inner.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c inner.cpp 2>&1 | FileCheck %s --check-prefix=INNER
// INNER: error: lambda '{{_ZZ.*}}' in '{{.*}}': its name is that of another one now, and the running program may have kept it [kpatch-lambda]

// Of what was not kept the variables are found again.
// RUN: sed -i 's|// FIRST|{ struct S { static int next() { return 7; } }; sum += S::next(); }|' called.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c called.cpp
// RUN: llvm-nm called.o | FileCheck %s --check-prefix=CALLED --implicit-check-not=E1n.kpatch{{$}} --implicit-check-not=E1m.kpatch{{$}}
// CALLED-DAG: _ZZZ5setupvEN1S4nextE{{v|_0v}}E1n.kpatchref
// CALLED-DAG: _ZZZ5setupvENK1S4moreEvE1m.kpatchref

//--- task.h
struct Task { virtual int run() = 0; };
void start(Task *);

//--- named.cpp
#include "task.h"
void setup(int n) {
  // FIRST
  if (n > 0) { struct S : Task { int run() override { return 1; } }; start(new S); }
  if (n < 1) { struct S : Task { int run() override { return 2; } }; start(new S); }
  // LAST
}

//--- unnamed.cpp
#include "task.h"
void setup(int n) {
  // FIRST
  struct : Task { int run() override { return 1; } } second;
  start(&second);
}

//--- inner.cpp
#include <functional>
void on(std::function<int()> f);
template <typename F> __attribute__((noinline)) int call(F f) { return f(); }
int setup(int n) {
  // FIRST
  return call([] { on([] { return 1; }); return 0; });
}

//--- called.cpp
int setup() {
  int sum = 0;
  // FIRST
  { struct S {
      int more() const { static int m; return m += 2; }
      static __attribute__((noinline)) int next() { static int n; return n += 2; }
    }; sum += S::next() + S().more(); }
  return sum;
}
