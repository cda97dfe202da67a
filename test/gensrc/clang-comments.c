// clang's -g shows bytes of constants in comments as they are, NUL included:
// such a text is assembly, and a NUL anywhere else is not.

// REQUIRES: clang
// RUN: rm -rf %t && mkdir %t
// RUN: clang -O2 -g -S %s -o %t/old.s
// RUN: clang -O2 -g -S -DPATCHED %s -o %t/new.s
// RUN: grep -q -a -P '# .*\x00' %t/old.s
// RUN: %kpatch_gensrc -i %t/old.s -i %t/new.s -o %t/merged.s
// RUN: clang -c %t/merged.s -o %t/merged.o
// RUN: llvm-readelf -SW %t/merged.o | FileCheck %s
// CHECK: .kpatch.text
// RUN: printf '\tret \000\n' >> %t/new.s
// RUN: not %kpatch_gensrc -i %t/old.s -i %t/new.s -o %t/merged.s 2>&1 | FileCheck %s --check-prefix=STRAY
// STRAY: error: {{.*}}not an assembly text (it has NUL bytes)

#ifdef PATCHED
#define MORE 3.5
#else
#define MORE 2.5
#endif

double pick(int which) {
  double result = 1.0;
  if (which)
    result = MORE;
  return result;
}
