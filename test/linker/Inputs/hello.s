# What a compiler makes of a program that prints a line from print_hello().
	.text
	.globl	print_hello
	.type	print_hello, @function
print_hello:
	.cfi_startproc
	leaq	.Lold(%rip), %rdi
	jmp	puts@PLT
	.cfi_endproc
	.size	print_hello, .-print_hello
	.p2align 4
	.globl	main
	.type	main, @function
main:
	.cfi_startproc
	subq	$8, %rsp
	.cfi_def_cfa_offset 16
	call	print_hello
	addl	$1, counter(%rip)
	xorl	%eax, %eax
	addq	$8, %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	main, .-main
	.section .rodata.str1.1,"aMS",@progbits,1
.Lold:	.string "Hello world!"
	.data
	.p2align 2
	.type	counter, @object
	.size	counter, 4
counter: .long 7
	.section .note.GNU-stack,"",@progbits
