// System calls, memory and function calls in a process, without overwriting
// any of its code: dynamic, static, static-PIE and non-PIE programs.

// REQUIRES: ptrace, arch-x86_64

// RUN: %gcc -O2 %s -o %t.pie
// RUN: %gcc -O2 -no-pie %s -o %t.nopie
// RUN: %gcc -O2 -static %s -o %t.static
// RUN: %gcc -O2 -static-pie %s -o %t.staticpie
// RUN: %with-victim %t.pie %t.log -- %build/bin/process-probe map @PID@ | FileCheck %s
// RUN: %with-victim %t.nopie %t.log -- %build/bin/process-probe map @PID@ | FileCheck %s
// RUN: %with-victim %t.static %t.log -- %build/bin/process-probe map @PID@ | FileCheck %s
// RUN: %with-victim %t.staticpie %t.log -- %build/bin/process-probe map @PID@ | FileCheck %s
// CHECK: mapped at the gap: true, forced write: true

// An ifunc of the C library: the resolver runs on a stack as the ABI wants it.
// RUN: %with-victim %t.pie %t.log -- %build/bin/process-probe resolve @PID@ memcpy GLIBC_2.14 | FileCheck %s --check-prefix=IFUNC
// IFUNC: memcpy at {{0x[0-9a-f]+}} type=10 in libc.so.6
// IFUNC-NEXT: memcpy resolved to 0x

// RUN: %with-victim %t.static %t.log -- %build/bin/process-probe stacks @PID@ | FileCheck %s --check-prefix=STACK
// RUN: %with-victim %t.pie %t.log -- %build/bin/process-probe stacks @PID@ | FileCheck %s --check-prefix=STACK
// STACK: #0 {{.*}}clock_nanosleep
// STACK: in main+
// STACK: 1 stacks, failures: none

#include <stdio.h>
#include <time.h>

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  for (;;) {
    struct timespec nap = {0, 20000000};
    nanosleep(&nap, NULL);
    puts("awake");
  }
}
