// What a change of C++ source means for what exists: another virtual function
// makes the vtable larger, another base changes the type information, another
// initialiser of a global has run already. A changed inline function is in the
// patch under its own name, in a section of the patch and in no group.

// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gxx -O2 -S %s -o old.s
// RUN: %gxx -O2 -DVIRTUAL -S %s -o virtual.s
// RUN: %gxx -O2 -DBASE -S %s -o base.s
// RUN: %gxx -O2 -DVALUE=9 -S %s -o value.s
// RUN: %gxx -O2 -DINLINE=2 -S %s -o inline.s

// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i virtual.s -o m.s 2>&1 | FileCheck %s --check-prefix=VIRTUAL
// VIRTUAL: error: virtual.s: line {{[0-9]+}}: variable '_ZTV5Shape': the size changed (24 bytes, now 32) [kpatch-data-size]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i base.s -o m.s 2>&1 | FileCheck %s --check-prefix=BASE
// BASE: error: base.s: line {{[0-9]+}}: variable '_ZTI5Shape': the size changed (16 bytes, now 40) [kpatch-data-size]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i value.s -o m.s 2>&1 | FileCheck %s --check-prefix=VALUE
// VALUE: error: value.s: line {{[0-9]+}}: function '_GLOBAL__sub_I{{.*}}' runs at the start and changed [kpatch-constructor]
// RUN: not ls m.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i inline.s -o m.s --report report
// RUN: FileCheck %s --check-prefix=REPORT --implicit-check-not={{.}} < report
// REPORT: replaced{{.*}}_Z6sharedv{{.*}}edited
// RUN: sed -n '/kpatch.text/,$p' m.s | FileCheck %s --check-prefix=TAIL --implicit-check-not=comdat
// TAIL: _Z6sharedv.kpatch:

#ifndef VALUE
#define VALUE 8
#endif
#ifndef INLINE
#define INLINE 1
#endif
int start(int);
struct Base {
  int b;
};
struct Shape
#ifdef BASE
    : Base
#endif
{
  virtual int area();
#ifdef VIRTUAL
  virtual int edge();
#endif
};
int Shape::area() { return 1; }
#ifdef VIRTUAL
int Shape::edge() { return 2; }
#endif
int global = start(VALUE);
__attribute__((noinline)) inline int shared() { return INLINE; }
int use() { return shared(); }
