// An edit elsewhere can make the compiler inline something else into the code
// that initialises the globals. It has run, with the same source: it is neither
// in the patch nor a reason to refuse. Another value that it uses is.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed 's/last = word;/last = std::string("<") + word + ">";/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s < .kpatch_unit.o.patched.report --implicit-check-not=_GLOBAL__sub_I
// CHECK: replaced _Z3hitPKc edited
// RUN: sed -i 's/limit = 5/limit = 6/' unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s --check-prefix=VALUE
// VALUE: error: function '_GLOBAL__sub_I_{{.*}}' runs at the start and changed [kpatch-constructor]

#include <string>
const int limit = 5;
int compute(int);
int number = compute(limit);
std::string last = "none";
void hit(const char *word) { last = word; }
