// The compiler describes classes with types of its own, whose members have no
// names: a change of a function in a unit with a class of two bases is none of
// their layout.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed 's/return a + 1/return a + 2/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s < .kpatch_unit.o.patched.report
// CHECK: replaced _ZN5Child3addEv edited
// CHECK-NOT: {{.}}

struct First {
  virtual ~First();
  int a;
};
struct Second {
  virtual ~Second();
  int b;
};
struct Child : First, Second {
  ~Child();
  int add();
};
Child::~Child() {}
int Child::add() { return a + 1; }
bool is_child(First *first) { return dynamic_cast<Child *>(first) != nullptr; }
