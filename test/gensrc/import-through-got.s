# Libc's data used for the first time by the patch: the original has no copy
# relocation for it, so every form of access goes through the GOT, with flags
# and stack as they were. What the original uses directly stays direct.

# RUN: rm -rf %t && split-file %s %t && cd %t
# RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o merged.s
# RUN: FileCheck %s --input-file=merged.s
# RUN: %gcc -c merged.s
# RUN: %kpatch_gensrc --test-mode --force-gotpcrel -i old.s -i new.s -o - \
# RUN:   | FileCheck %s --check-prefix=FORCED
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i indexed.s -o - 2>&1 \
# RUN:   | FileCheck %s --check-prefix=REFUSED

# CHECK: f.kpatch:
# CHECK: movq known(%rip), %rax
# CHECK: movq stderr@GOTPCREL(%rip), %rdi
# CHECK-NEXT: movq (%rdi), %rdi
# CHECK-NEXT: movq environ@GOTPCREL(%rip), %rcx
# CHECK-NEXT: movl 4(%rcx), %ecx
# CHECK-NEXT: movq puts@GOTPCREL(%rip), %rsi
# CHECK-NEXT: movq table@GOTPCREL(%rip), %rdx
# CHECK-NEXT: leaq 16(%rdx), %rdx
# CHECK-NEXT: leaq -128(%rsp), %rsp
# CHECK-NEXT: .cfi_adjust_cfa_offset 128
# CHECK-NEXT: pushq %r11
# CHECK-NEXT: .cfi_adjust_cfa_offset 8
# CHECK-NEXT: movq optind@GOTPCREL(%rip), %r11
# CHECK-NEXT: cmpl $1, (%r11)
# CHECK-NEXT: popq %r11
# CHECK-NEXT: .cfi_adjust_cfa_offset -8
# CHECK-NEXT: leaq 128(%rsp), %rsp
# CHECK-NEXT: .cfi_adjust_cfa_offset -128
# CHECK-NEXT: pushq %r11
# CHECK-NEXT: .cfi_adjust_cfa_offset 8
# CHECK-NEXT: movq stdout@GOTPCREL(%rip), %r11
# CHECK-NEXT: movq (%r11), %r11
# CHECK-NEXT: xchgq %r11, (%rsp)
# CHECK-NEXT: .cfi_adjust_cfa_offset -8
# CHECK-NEXT: .cfi_adjust_cfa_offset 8
# CHECK-NEXT: movq hook@GOTPCREL(%rip), %r11
# CHECK-NEXT: call *(%r11)
# CHECK-NEXT: call exit@PLT
# CHECK-NEXT: jmp abort

# FORCED: f.kpatch:
# FORCED: movq known@GOTPCREL(%rip), %rax
# FORCED-NEXT: movq (%rax), %rax

# REFUSED: kpatch_gensrc: error: indexed.s: f: 'movq table(,%rdi,8), %rax' uses the address of 'table' {{.*}} [kpatch-import-data]
# REFUSED-NEXT: note: build the patch with -fPIE

#--- old.s
	.text
	.globl f
	.type f, @function
f:
	.cfi_startproc
	movq known(%rip), %rax
	ret
	.cfi_endproc
	.size f, .-f
#--- new.s
	.text
	.globl f
	.type f, @function
f:
	.cfi_startproc
	movq known(%rip), %rax
	movq stderr(%rip), %rdi
	movl environ+4(%rip), %ecx
	leaq puts(%rip), %rsi
	movq $table+16, %rdx
	cmpl $1, optind(%rip)
	pushq stdout(%rip)
	.cfi_adjust_cfa_offset 8
	call *hook(%rip)
	call exit@PLT
	jmp abort
	.cfi_endproc
	.size f, .-f
#--- indexed.s
	.text
	.globl f
	.type f, @function
f:
	.cfi_startproc
	movq known(%rip), %rax
	movq table(,%rdi,8), %rax
	ret
	.cfi_endproc
	.size f, .-f
