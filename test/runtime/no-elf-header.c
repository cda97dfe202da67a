// A process of a kind that is not understood is refused by a code of its own, and
// goes on unharmed: here a program that has overwritten its ELF header, as
// packed and protected ones do.

// REQUIRES: ptrace
// RUN: rm -rf %t && mkdir %t
// RUN: sed s/old/new/ %s > %t/new.c && %make-kpatch %s %t/new.c %t
// RUN: %with-victim %t/original/prog %t/log -- %exits-with 1 \
// RUN:   %libcare-ctl patch -p @PID@ %t/prog.kpatch 2>&1 | FileCheck %s --check-prefixes=CHECK,PATCH
// RUN: %with-victim %t/original/prog %t/log -- %exits-with 1 \
// RUN:   %libcare-ctl info -p @PID@ 2>&1 | FileCheck %s

// CHECK:      error: pid {{[0-9]+}}: no ELF program found in its memory [kpatch-unsupported]
// PATCH-NEXT: note: nothing was changed; a process of this kind cannot be patched

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char __ehdr_start[];

__attribute__((noipa)) const char *greeting(void) { return "old"; }

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  mprotect(__ehdr_start, 4096, PROT_READ | PROT_WRITE);
  memset(__ehdr_start, 0, 64);
  puts("ready");
  for (;;) {
    puts(greeting());
    usleep(5000);
  }
}
