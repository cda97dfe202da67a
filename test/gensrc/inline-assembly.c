// Inline assembly of a changed function is copied into the patch. Numbered and
// named local labels get along with the original's. What a copy would define a
// second time is refused: macros, symbols by .set, global symbols.

// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gcc -O2 -S %s -o old.s
// RUN: %gcc -O2 -DNEW -S %s -o new.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o m.s && %gcc -c m.s
// RUN: FileCheck %s --input-file=m.s --check-prefix=COPY
// COPY: labels.kpatch:
// COPY: jmp 2f
// COPY: .Lown{{.*}}.kpatch:
// COPY: named{{.*}}.kpatch:

// RUN: %gcc -O2 -DMACRO=1 -S %s -o old.s && %gcc -O2 -DMACRO=2 -S %s -o new.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i new.s -o n.s 2>&1 | FileCheck %s --check-prefix=DEFINES
// RUN: %gcc -O2 -DSET=1 -S %s -o old.s && %gcc -O2 -DSET=2 -S %s -o new.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i new.s -o n.s 2>&1 | FileCheck %s --check-prefix=DEFINES
// DEFINES: function 'defines': inline assembly in it defines a macro, or a symbol with .set [kpatch-inline-asm]
// DEFINES: note: a copy of it in the patch would define it again

#ifdef NEW
#define VALUE 2
#else
#define VALUE 1
#endif
int labels(int x) {
  __asm__ volatile("jmp 2f\n1:\tnop\n2:\tjz .Lown%=\n\tjs named%=\n.Lown%=:\n"
                   "named%=:\n\tnop"
                   : "+r"(x));
  return x + VALUE;
}
int defines(int x) {
#ifdef MACRO
  __asm__(".macro add_it reg\nadd $1, \\reg\n.endm\nadd_it %0" : "+r"(x));
  return x + MACRO;
#elif defined SET
  __asm__(".set amount, 4\nadd $amount, %0" : "+r"(x));
  return x + SET;
#else
  return x;
#endif
}
