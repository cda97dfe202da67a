// Declarations in a block that have no type: the plugin reads over them, as the
// compiler does. <functional> has one in an inline function.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed -i 's/a + 1/a + 2/' unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s < .kpatch_unit.o.patched.report --implicit-check-not={{.}}
// CHECK: replaced _Z3addi edited

#include <functional>

namespace ns {
template <typename T> struct box {};
struct plain {};
int function(int);
} // namespace ns

int add(int a) {
  using ns::box;
  using ns::function;
  using ns::plain;
  using namespace ns;
  namespace other = ns;
  return function(a + 1);
}
