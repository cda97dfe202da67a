// Types that a function of C declares inside of a block are types like others:
// they have the name of their function, and are compared.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c %s -o unit.o
// RUN: FileCheck %s --check-prefix=FACTS --input-file=.kpatch_unit.o.original.facts
// FACTS-DAG: type{{.*}}struct largest::pair
// FACTS-DAG: type{{.*}}struct largest::deep
// FACTS-DAG: automatic{{.*}}struct largest::deep{{.*}}largest
// RUN: env KPATCH_STAGE=patched %exits-with 1 %libcare-cc -O2 -DPATCHED -c %s -o unit.o 2>&1 | FileCheck %s
// CHECK: error: the layout of 'struct largest::pair' changed: member 'second' {{.*}} [kpatch-type-layout]

void keep(void *);

#ifdef PATCHED
typedef long element;
#else
typedef int element;
#endif

int largest(int a, int b) {
  {
    struct pair {
      int first;
      element second;
    } both = {a, b};
    keep(&both);
    if (a > both.second) {
      struct deep {
        int value;
      } one = {a + both.first};
      struct {
        union {
          int x;
          struct {
            char c;
          } inner;
        } outer;
      } without_name = {{b}};
      return one.value + without_name.outer.x;
    }
  }
  return b;
}
