// Instances of one template are types of their own: that list<int> got a
// member is seen although list<long> has the same name and kept its layout.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -DMORE="long more;" -c \
// RUN:   unit.cpp 2>&1 | FileCheck %s
// CHECK: unit.cpp:{{[0-9]+}}:{{[0-9]+}}: error: the layout of 'ns::list<int>' changed: member 'more' is new, at offset 8 [kpatch-type-layout]
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -DINNER="long more;" -c \
// RUN:   unit.cpp 2>&1 | FileCheck %s --check-prefix=INNER
// INNER: error: the layout of 'ns::list<long int>::inner' changed: member 'more' is new, at offset 0
// RUN: env KPATCH_STAGE=patched \
// RUN:   KPATCH_ALLOW='kpatch-flags:UNUSED;kpatch-flags:READ' \
// RUN:   %libcare-cxx -O2 -DUNUSED="T more;" -DREAD=2 \
// RUN:   -c unit.cpp 2>&1 | count 0
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -DUSED="T more;" -c \
// RUN:   unit.cpp 2>&1 | FileCheck %s --check-prefix=USED
// USED: error: the layout of 'pair<int>' changed: member 'more' is new, at offset 4 [kpatch-type-layout]
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -DKIND=KIND_NEW, -c \
// RUN:   unit.cpp 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: enumerator 'KIND_B' of 'ns::kind' was 1, is 2 [kpatch-enum-value]

#ifndef MORE
#define MORE
#endif
#ifndef INNER
#define INNER
#endif
#ifndef KIND
#define KIND
#endif

#ifndef USED
#define USED
#endif
#ifndef UNUSED
#define UNUSED
#endif
#ifndef READ
#define READ 1
#endif

template <typename T> struct unused {
  T first;
  UNUSED T last;
};
template <typename T> struct pair {
  T first;
  USED T last;
};
int get(pair<int> *p) { return p->last + READ; }

namespace ns {
enum kind { KIND_A, KIND KIND_B };
template <typename T> struct list {
  struct inner {
    T value;
  };
  T first;
  T last;
};
template <> struct list<int> {
  int first;
  MORE int last;
};
template <> struct list<long> {
  struct inner {
    INNER long value;
  };
  long first, last;
};
} // namespace ns

struct nobody {
  ns::kind kind;
  struct {
    int a, b;
  } unnamed;
};
int get(ns::list<int> *l) { return l->last; }
long get(ns::list<long> *l) { return l->last; }
long get(ns::list<long>::inner *i) { return i->value; }
int get(nobody *n) { return n->unnamed.b + n->kind == ns::KIND_B; }
