// The tables of a class that only this file knows are local constants, but
// every object of the running program refers to them: they are not copied into
// the patch. Old objects would keep the old one, and a call of a new virtual
// function would read behind its end.

// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gxx -O2 -S %s -o old.s
// RUN: %gxx -O2 -DOVERRIDE -S %s -o override.s
// RUN: %gxx -O2 -DVIRTUAL -S %s -o virtual.s
// RUN: %gxx -O2 -DBODY=2 -S %s -o body.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i override.s -o m.s 2>&1 | FileCheck %s --check-prefix=OVERRIDE
// OVERRIDE: error: override.s: line {{[0-9]+}}: variable '_ZTVN12_GLOBAL__N_13BoxE': the virtual functions or the type of a class changed [kpatch-data-init]
// OVERRIDE: note: objects of the running program refer to it
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i virtual.s -o m.s 2>&1 | FileCheck %s --check-prefix=VIRTUAL
// VIRTUAL: variable '_ZTVN12_GLOBAL__N_1{{.*}}': the size changed (40 bytes, now 48) [kpatch-data-size]
// RUN: not ls m.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i body.s -o m.s --report report
// RUN: FileCheck %s --check-prefix=BODY --implicit-check-not={{.}} < report
// BODY: replaced{{.*}}_ZN12_GLOBAL__N_13Box4areaEv{{.*}}edited

#ifndef BODY
#define BODY 1
#endif
namespace {
struct Shape {
  virtual int area() { return 0; }
  virtual int edge() { return 0; }
#ifdef VIRTUAL
  virtual int angle() { return 0; }
#endif
  virtual void show() {}
};
struct Box : Shape {
  __attribute__((noinline)) int area() override { return BODY; }
#ifdef OVERRIDE
  int edge() override { return 4; }
#endif
};
struct Line : Shape {
  int edge() override { return 5; }
};
} // namespace
static Shape *shape, *other;
void start() {
  shape = new Box;
  other = new Line;
}
int use() {
#ifdef VIRTUAL
  shape->angle();
#endif
  shape->show();
  return shape->area() + other->edge();
}
