#!/bin/sh
# 32-bit-program.sh FILE: makes a 32-bit program that prints "ready" again and
# again. On a machine that does not run such programs it is one of 64 bits whose
# memory says otherwise.
set -e
out=$1
cat > "$out.s" <<'END'
.globl _start
_start: mov $text, %ecx; mov $6, %edx
1: mov $4, %eax; mov $1, %ebx; int $0x80    # write
mov $162, %eax; mov $pause, %ebx; xor %ecx, %ecx; int $0x80    # nanosleep
mov $text, %ecx; jmp 1b
.data
text: .ascii "ready\n"
pause: .long 0, 5000000
END
as --32 "$out.s" -o "$out.o"
ld -m elf_i386 "$out.o" -o "$out"
"$out" > "$out.log" 2>&1 &
sleep 0.1
kill $! 2>/dev/null || true
grep -q ready "$out.log" && exit
cat > "$out.c" <<'END'
#include <elf.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
extern Elf64_Ehdr __ehdr_start;
int main(void) {
  mprotect(&__ehdr_start, 4096, PROT_READ | PROT_WRITE);
  __ehdr_start.e_ident[EI_CLASS] = ELFCLASS32;
  for (;; usleep(5000)) {
    puts("ready");
    fflush(stdout);
  }
}
END
gcc -static "$out.c" -o "$out"
