// A static local that is initialised when its function first runs keeps the
// value that it has in the running program. Another initialiser is refused like
// another initial value, and so is one that an existing variable gets anew; the
// function around it may change.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed 's/"get", "put"/"get", "list"/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s
// CHECK: unit.cpp:[[#NAMES:]]:{{[0-9]+}}: error: static local variable '_ZZ7allowedvE5names': what it is initialised with changed [kpatch-data-init]
// CHECK: note: if its function has run, it keeps the value that it has
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-data-init:_ZZ7allowedvE5names \
// RUN:   %libcare-cxx -O2 -c unit.cpp
// RUN: sed 's/static int plain;/static int plain = start();/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s --check-prefix=COMPUTED
// COMPUTED: error: variable '_ZZ7allowedvE5plain': the initial value changed; it is computed now [kpatch-data-init]
// RUN: sed 's/more(1)/more(2)/; s/^int allowed/\n\nint allowed/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s --check-prefix=AROUND < .kpatch_unit.o.patched.report
// AROUND: replaced _Z7allowedv edited

struct Names {
  Names(const char *, const char *);
  ~Names();
  int more(int) const;
};
int start();
int allowed() {
  static int plain;
  static const Names names("get", "put");
  return names.more(1) + plain++;
}
