// Several static locals of one name in a function: their numbers say which is
// which only as long as there are as many as before. One more or less is
// refused if the code that uses them is replaced, because the storage of one
// would become that of another; unless their types tell them apart.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c gone.c new.c same.c types.c
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c cxx.cpp
// RUN: not env KPATCH_STAGE=patched %libcare-cc -O2 -DPATCHED -c gone.c 2>&1 | FileCheck %s
// RUN: not env KPATCH_STAGE=patched %libcare-cc -O2 -DPATCHED -c new.c 2>&1 | FileCheck %s
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -DPATCHED -c same.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -DPATCHED -c types.c
// RUN: llvm-nm types.o | FileCheck %s --check-prefix=TYPES --implicit-check-not=n.1.kpatchref
// RUN: not env KPATCH_STAGE=patched %libcare-cxx -O2 -DPATCHED -c cxx.cpp 2>&1 | FileCheck %s --check-prefix=CXX

// CHECK: f: static variable 'n': cannot tell which one of the original it is [kpatch-ambiguous-static]
// CHECK: the function has more or fewer of this name now
// TYPES: n.0.kpatchref
// CXX: _ZZ1fiE1n{{.*}}: cannot tell which one of the original it is [kpatch-ambiguous-static]

//--- gone.c
int f(int k) {
#ifndef PATCHED
  if (k == 1) { static int n; n += 10; return n; }
#endif
  if (k == 2) { static int n; n += 20; return n; }
  if (k == 3) { static int n; n += 30; return n; }
  return -1;
}

//--- cxx.cpp
int f(int k) {
#ifndef PATCHED
  if (k == 1) { static int n; n += 10; return n; }
#endif
  if (k == 2) { static int n; n += 20; return n; }
  if (k == 3) { static int n; n += 30; return n; }
  return -1;
}

//--- new.c
int f(int k) {
#ifdef PATCHED
  if (k == 0) { static int n; n += 1000; return n; }
#endif
  if (k == 1) { static int n; n += 10; return n; }
  return -1;
}

//--- same.c
#ifdef PATCHED
#define MORE 5
#else
#define MORE 0
#endif
int f(int k) {
  if (k == 1) { static int n; n += 10; return n + MORE; }
  if (k == 2) { static int n; n += 20; return n; }
  return -1;
}

//--- types.c
int f(int k) {
#ifndef PATCHED
  if (k == 1) { static char n; n += 10; return n; }
#endif
  if (k == 2) { static long n; n += 20; return n; }
  return -1;
}
