// A function may take or return something else if all that calls it is in the
// patch, or was compiled to the same code for it. A caller in another unit that
// is not, a table that holds its address, and other objects would go on with
// the old parameters: refused by name.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t.1 -- -O1 | FileCheck %s
// RUN: not %patch-cycle %s %t.2 -- -O1 -DOLD_CALLER 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CALLER
// RUN: not %patch-cycle %s %t.3 -- -O1 -DTABLE 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TABLE
// RUN: not %patch-cycle %s %t.4 -- -O1 -DLIBRARY 2>&1 \
// RUN:   | FileCheck %s --check-prefix=EXPORT

// CHECK:      == run
// CHECK-NEXT: 9 4
// CHECK:      == patch
// CHECK:      == run
// CHECK-NEXT: 104 21
// CALLER: function 'scale': the parameters or the return type changed ('int (int)', now 'int (int, int)'), and function 'use', which is not in the patch, calls it [kpatch-signature]
// CALLER: note: keep this function as it is, and add one with another name
// TABLE: function 'depth': the parameters or the return type changed ('int (int)', now 'int (int, int)'), and variable 'table' of the running program holds its address [kpatch-signature]
// EXPORT: function 'report': the parameters or the return type changed ('int (int)', now 'int (long int)'), and 'libreport.so' exports it: other objects may use it [kpatch-signature]

//--- libreport.c
#if PATCHED
#ifdef LIBRARY
int report(long value) {
  return value > 1000 ? 2 : 1;
}
#endif
#else // PATCHED
#ifdef LIBRARY
int report(int value) {
  return value > 1000;
}
#endif
#endif // PATCHED
int unchanged(void) {
  return 1;
}

//--- other.c
#if PATCHED
int scale(int value, int step) {
  return value * step + 1;
}
#else // PATCHED
int scale(int value) {
  return value * 4;
}
#endif // PATCHED

//--- prog.c
#include "victim.h"

#if PATCHED
#ifdef OLD_CALLER
int scale(int value);
NOINLINE int use(int value) {
  return scale(value);
}
#else
int scale(int value, int step);
NOINLINE int use(int value) {
  return scale(value, 20);
}
#endif
#else // PATCHED
int scale(int value);
NOINLINE int use(int value) {
  return scale(value);
}
#endif // PATCHED

#if PATCHED
static NOINLINE int depth(int n, int step) {
  return n ? depth(n - 1, step) + step : 4;
}
#else // PATCHED
static NOINLINE int depth(int n) {
  return n ? depth(n - 1) + 1 : 4;
}
#endif // PATCHED

#ifdef TABLE
void *table[] = {depth};
#endif

void show(void) {
#if PATCHED
  printf("%d %d\n", depth(5, 20), use(1));
#else // PATCHED
  printf("%d %d\n", depth(5), use(1));
#endif // PATCHED
}
