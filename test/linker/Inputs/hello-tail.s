# The tail that the differ adds to hello.s (docs/patch-format.md, section 1):
# print_hello prints another line and counts.
	.hidden	counter.kpatchref.0123456789abcdef
	.globl	counter.kpatchref.0123456789abcdef
	.set	counter.kpatchref.0123456789abcdef, counter
	.section .kpatch.text,"axR",@progbits
	.p2align 4
	.type	print_hello.kpatch, @function
print_hello.kpatch:
	.cfi_startproc
	addl	$1, counter.kpatchref.0123456789abcdef(%rip)
	leaq	.Lnew(%rip), %rdi
	jmp	puts@PLT
	.cfi_endproc
.Lend:
	.size	print_hello.kpatch, .-print_hello.kpatch
	.section .kpatch.rodata,"aR",@progbits
.Lnew:	.string "Hello world being patched!"
	.section .kpatch.strtab,"aR",@progbits
.Lname:	.string "print_hello"
	.section .kpatch.info,"awR",@progbits
	.quad	print_hello, print_hello.kpatch
	.long	0, .Lend - print_hello.kpatch
	.quad	.Lname, 0
	.long	0, 0
