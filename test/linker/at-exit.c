// Functions of glibc of which each program that uses them has a copy of its own, in
// a program that did not: the message says what can be called instead, and that is
// in the program, whatever --gc-sections has left out.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cp %s %t/unit.c && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 unit.c -o prog && mv prog old

// RUN: sed 's:0; // PATCH:atexit(last);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %exits-with 1 %libcare-link old prog -o p.kpatch 2>&1 | FileCheck %s --check-prefix=EXIT
// EXIT:      to 'atexit': each program and library that uses this function has a copy of its own, and the original has none [kpatch-missing-symbol]
// EXIT-NEXT: note: call what 'atexit' calls, which is in the C library: __cxa_atexit(FUNCTION, 0, &__dso_handle)
// RUN: sed 's:0; // PATCH:at_quick_exit(last);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %exits-with 1 %libcare-link old prog -o p.kpatch 2>&1 | FileCheck %s --check-prefix=QUICK
// QUICK: note: call what 'at_quick_exit' calls, which is in the C library: __cxa_at_quick_exit(FUNCTION, &__dso_handle)
// RUN: sed 's:0; // PATCH:pthread_atfork(last, last, last);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %exits-with 1 %libcare-link old prog -o p.kpatch 2>&1 | FileCheck %s --check-prefix=FORK
// FORK: note: call what 'pthread_atfork' calls, which is in the C library: __register_atfork(PREPARE, PARENT, CHILD, &__dso_handle)

// What the notes say.
// RUN: sed 's:0; // PATCH:__cxa_atexit(last, 0, \&__dso_handle);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %libcare-link old prog -o p.kpatch | FileCheck %s --check-prefix=DONE
// RUN: sed 's:0; // PATCH:__cxa_at_quick_exit(last, \&__dso_handle);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %libcare-link old prog -o p.kpatch | FileCheck %s --check-prefix=DONE
// RUN: sed 's:0; // PATCH:__register_atfork(last, last, last, \&__dso_handle);:' %s > unit.c && env KPATCH_STAGE=patched %libcare-cc -O2 unit.c -o prog
// RUN: %libcare-link old prog -o p.kpatch | FileCheck %s --check-prefix=DONE
// DONE: p.kpatch: 1 replaced, 0 new

// __dso_handle is dropped from a program that is not position-independent.
// RUN: rm .kpatch_* && cp %s unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -fno-pie -no-pie -fdata-sections -Wl,--gc-sections unit.c -o prog && mv prog old
// RUN: llvm-nm old | FileCheck %s --check-prefix=DROPPED --implicit-check-not=__dso_handle
// DROPPED: T work
// RUN: sed 's:0; // PATCH:__cxa_atexit(last, 0, \&__dso_handle);:' %s > unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -fno-pie -no-pie -fdata-sections -Wl,--gc-sections unit.c -o prog
// RUN: %libcare-link old prog -o p.kpatch | FileCheck %s --check-prefix=DONE

extern char __dso_handle __attribute__((visibility("hidden")));
int atexit(), at_quick_exit(), pthread_atfork();
int __cxa_atexit(), __cxa_at_quick_exit(), __register_atfork();
volatile int count;
__attribute__((noipa)) void last(void) { count++; }
__attribute__((noipa)) int work(void) {
  count += 2;
  return 0; // PATCH
}
int main(void) {
  last();
  return work();
}
