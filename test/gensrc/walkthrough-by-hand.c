// The differ's step of patching by hand: two compiles of a file, with and
// without the same name inside. The original text stays byte for byte, and the
// result assembles and links with relocations kept.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -S foo.c && %gcc -S bar.c
// RUN: %kpatch_gensrc --os=rhel6 -i foo.s -i bar.s -o foobar.s --force-global
// RUN: %python -c "assert open('foobar.s').read().startswith(open('foo.s').read())"
// RUN: %gcc -o foobar foobar.s -Wl,-q
// RUN: llvm-readelf --symbols --sections foobar | FileCheck %s
// RUN: ./foobar | FileCheck %s --check-prefix=RUNS

// CHECK-DAG: .kpatch.text      PROGBITS
// CHECK-DAG: .rela.kpatch.text RELA
// CHECK-DAG: .kpatch.info      PROGBITS {{.*}} 000030
// CHECK-DAG: FUNC LOCAL DEFAULT {{.*}} print_hello.kpatch
// CHECK-NOT: main.kpatch
// RUNS: Hello world!

//--- foo.c
#include <stdio.h>
void print_hello(void) { printf("Hello world!\n"); }
int main(void) { print_hello(); return 0; }

//--- bar.c
#include <stdio.h>
void print_hello(void) { printf("Hello world being patched!\n"); }
int main(void) { print_hello(); return 0; }
