// What kept-values.c shows, where the variables are read and written through
// inline functions, as C++ does: by reference, by pointer, by a method.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t --steps='run 0; run 5; patch; run 0; unpatch; run 0; end' \
// RUN:   -- -O2 | FileCheck %s
// RUN: %patch-cycle %s %t --steps='run 0; run 5; patch; run 0; unpatch; run 0; end' \
// RUN:   -- -O2 -flto | FileCheck %s

// CHECK:      == run 0
// CHECK-NEXT: 21 3 11 9
// CHECK:      == run 5
// CHECK-NEXT: 26 8 16 14
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run 0
// CHECK-NEXT: 26 8 16 14
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run 0
// CHECK-NEXT: 26 8 16 14

#include "victim.h"
#include <stdlib.h>
static int &ref() { static int z = 21; return z; }
struct Obj { int a = 3; constexpr Obj() {} int get() const { return a; } };
static Obj obj;
static struct P { int x, y; } pr = {5, 6};
static int *ptr() { static int q = 9; return &q; }
#if PATCHED
#define W(x) (void)n
#else // PATCHED
#define W(x) x
#endif // PATCHED
NOINLINE int get() { return ref(); }
NOINLINE int get1() { return obj.get(); }
NOINLINE int get2() { return pr.x + pr.y; }
NOINLINE int get3() { return *ptr(); }
NOINLINE void set(int n) { W(ref() += n); W(obj.a += n); W(pr.x += n); W(*ptr() += n); }
void show() { int n = atoi(command); if (n) set(n); printf("%d %d %d %d\n", get(), get1(), get2(), get3()); }
