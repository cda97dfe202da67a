# What is no assembly, or not two versions of one unit, gives one line that says
# so with the place, exit status 1, and no output file.

# RUN: rm -rf %t && split-file %s %t && cd %t
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i source.c -o m.s 2>&1 | FileCheck %s --check-prefix=SOURCE
# SOURCE: error: source.c: patched: line 1: instruction outside of a function: 'int main(void) {' [kpatch-not-assembly]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i other.s -o m.s 2>&1 | FileCheck %s --check-prefix=OTHER
# OTHER: error: other.s: the two texts have no function in common (original 'good.c', patched 'other.c') [kpatch-different-unit]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i intel.s -o m.s 2>&1 | FileCheck %s --check-prefix=INTEL
# INTEL: error: intel.s: patched: assembly in Intel syntax [kpatch-intel-syntax]
# INTEL-NEXT: note: compile the unit with -masm=att
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i arm.s -o m.s 2>&1 | FileCheck %s --check-prefix=ARM
# ARM: line 1: '.arch armv8-a': assembly of another architecture (expected x86_64) [kpatch-architecture]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i arm.s -i good.s -o m.s 2>&1 | FileCheck %s --check-prefix=FIRST
# FIRST: error: arm.s: original: line 1: '.arch armv8-a': assembly of another architecture
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i twice.s -o m.s 2>&1 | FileCheck %s --check-prefix=TWICE
# TWICE: line 6: symbol 'good' is defined twice [kpatch-not-assembly]
# TWICE-NEXT: note: give what 'gcc -S' or 'clang -S' writes for x86_64
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i /bin/true -o m.s 2>&1 | FileCheck %s --check-prefix=BINARY
# BINARY: error: /bin/true: patched: not an assembly text (it has NUL bytes) [kpatch-not-assembly]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i riscv.s -o m.s 2>&1 | FileCheck %s --check-prefix=RISCV
# RISCV: line 1: '.option nopic': assembly of another architecture (expected x86_64) [kpatch-architecture]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i clang-arm.s -o m.s 2>&1 | FileCheck %s --check-prefix=CLANG
# CLANG: line 5: not an instruction: '// %bb.0:' [kpatch-not-assembly]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i i386.s -i i386.s --must-adapt=good -o m.s 2>&1 | FileCheck %s --check-prefix=I386
# I386: line 5: 'movl 4(%esp), %eax': assembly of another architecture (expected x86_64) [kpatch-architecture]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i nasm.s -o m.s 2>&1 | FileCheck %s --check-prefix=NASM
# NASM: line 1: instruction outside of a function: 'section .text' [kpatch-not-assembly]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i garbage.s -o m.s 2>&1 | FileCheck %s --check-prefix=GARBAGE
# GARBAGE: line 1: not an instruction: {{.*}} [kpatch-not-assembly]

# Two programs have main in common, and are no versions of one file.
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i program.s -i program2.s -o m.s 2>&1 | FileCheck %s --check-prefix=PROGRAMS
# PROGRAMS: error: program2.s: the two texts have 1 of 3 functions in common (original 'first.c', patched 'second.c') [kpatch-different-unit]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i missing.s -o m.s 2>&1 | FileCheck %s --check-prefix=MISSING
# MISSING: error: 'missing.s': No such file or directory
# RUN: %exits-with 2 %kpatch_gensrc --no-such-option 2>&1 | FileCheck %s --check-prefix=USAGE
# USAGE: kpatch_gensrc: error:
# RUN: not ls m.s

#--- riscv.s
	.option nopic
#--- clang-arm.s
	.text
	.file	"unit.c"
	.type	good,@function
good:
// %bb.0:
	ret
#--- i386.s
	.file "unit.c"
	.text
	.type good, @function
good:
	movl 4(%esp), %eax
	ret
	.size good, .-good
#--- nasm.s
section .text
global good
#--- garbage.s
ûé}}{{(((,,,"
#--- program.s
	.file "first.c"
	.text
	.type main, @function
main:
	ret
	.size main, .-main
	.type parse, @function
parse:
	ret
	.size parse, .-parse
	.type show, @function
show:
	ret
	.size show, .-show
#--- program2.s
	.file "second.c"
	.text
	.type main, @function
main:
	call send
	.size main, .-main
	.type send, @function
send:
	ret
	.size send, .-send
#--- good.s
	.file "good.c"
	.text
	.globl good
	.type good, @function
good:
	ret
	.size good, .-good
#--- other.s
	.file "other.c"
	.text
	.globl other
	.type other, @function
other:
	ret
	.size other, .-other
#--- source.c
int main(void) {
  return 0;
}
#--- intel.s
	.intel_syntax noprefix
#--- arm.s
	.arch armv8-a
#--- twice.s
	.text
	.type good, @function
good:
	ret
	.size good, .-good
good:
	ret
