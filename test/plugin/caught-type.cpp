// A function that catches another class has the same instructions, and is
// edited all the same.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed -i 's/catch (First/catch (Second/' unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s < .kpatch_unit.o.patched.report
// CHECK: replaced _Z7catcheri edited{{$}}

struct First { int x; };
struct Second { int x; };
void thrower(int k);
int catcher(int k) {
  try {
    thrower(k);
  } catch (First &e) {
    return 10;
  }
  return 0;
}
