## GCC merges constants that hold the same, also of different functions and, when
## it optimises a link, of different units: one is a name for the other then. A
## patched function that uses such a name takes a copy of the constant along.

# RUN: rm -rf %t && split-file %s %t && cd %t
# RUN: sed 's/\$1, /$7, /; s/none.0/none.4/g; s/unknown.1/unknown.6/g' old.s > new.s
# RUN: %kpatch_gensrc -i old.s -i new.s -o merged.s
# RUN: %gcc -c merged.s -o merged.o
# RUN: llvm-readelf -sW merged.o | FileCheck %s
# CHECK-NOT: UND {{.*}}unknown
# RUN: llvm-objdump -dr --no-show-raw-insn -j .kpatch.text merged.o | FileCheck %s --check-prefix=CODE
# CODE: <look.kpatch>:
# CODE: movl $7, %edi
# CODE-NEXT: movq {{.*}}(%rip), %rax
# CODE-NEXT: R_X86_64_PC32 .kpatch.rodata-0x4

#--- old.s
	.file	"unit.c"
	.text
	.globl	look
	.type	look, @function
look:
	movl	$1, %edi
	movq	unknown.1(%rip), %rax
	ret
	.size	look, .-look
	.section	.rodata
	.align 8
	.type	none.0, @object
	.size	none.0, 8
none.0:
	.quad	-1
	.set	unknown.1,none.0
	.ident	"GCC: (GNU) 12.2.0"
	.section	.note.GNU-stack,"",@progbits
