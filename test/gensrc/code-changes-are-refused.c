// Changes of code that one jump at a function's entry cannot make: each kind is
// refused with its own code, nothing is written.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S unit.c -o old.s
// RUN: %gcc -O2 -DOTHER_CODE -S unit.c -o alias.s
// RUN: %gcc -O2 -DTHING_IS_DATA -S unit.c -o data.s
// RUN: %gcc -O2 -DVALUE_IS_CODE -S unit.c -o code.s
// RUN: %gcc -O2 -DASM_SECTION -S unit.c -o section.s
// RUN: %gcc -O2 -DASM_GLOBAL -S unit.c -o global.s

// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i alias.s -o m.s 2>&1 | FileCheck %s --check-prefix=ALIAS
// ALIAS: error: alias.s: line {{[0-9]+}}: function 'other' was another name of 'original' in the original and is code of its own now [kpatch-alias]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i data.s -o m.s 2>&1 | FileCheck %s --check-prefix=DATA
// DATA: error: data.s: line {{[0-9]+}}: 'thing' is a variable now and was none in the original [kpatch-symbol-kind]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i code.s -o m.s 2>&1 | FileCheck %s --check-prefix=CODE
// CODE: error: code.s: line {{[0-9]+}}: 'value' is a function now and was none in the original [kpatch-symbol-kind]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i section.s -o m.s 2>&1 | FileCheck %s --check-prefix=SECTION
// SECTION: error: section.s: line {{[0-9]+}}: function 'inside': inline assembly in it switches sections [kpatch-inline-asm]
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i global.s -o m.s 2>&1 | FileCheck %s --check-prefix=GLOBAL
// GLOBAL: error: global.s: line {{[0-9]+}}: function 'inside': inline assembly in it defines the global symbol 'marker' [kpatch-inline-asm]

// RUN: sed 's/jmp/nop; jmp/' label.s > label-new.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i label.s -i label-new.s -o m.s 2>&1 | FileCheck %s --check-prefix=LABEL
// LABEL: error: label-new.s: jumper: the patch refers to label '.L1' inside a function that is not in the patch [kpatch-code-label]

// RUN: sed 's/nop/nop; nop/' clone.s > clone-new.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i clone.s -i clone-new.s -o m.s --ignore-changes=caller 2>&1 | FileCheck %s --check-prefix=CLONE
// CLONE: error: clone-new.s: line {{[0-9]+}}: clone 'scale.isra.0' changed, and variable 'table' refers to it [kpatch-clone-visible]
// RUN: not ls m.s

//--- unit.c
int original(int x) { return x * 3 + 1; }
#ifdef OTHER_CODE
int other(int x) { return x * 3 + 2; }
#else
int other(int x) __attribute__((alias("original")));
#endif
#ifdef THING_IS_DATA
int thing = 3;
#else
int thing(void) { return 3; }
#endif
#ifdef VALUE_IS_CODE
int value(void) { return 5; }
#else
int value = 5;
#endif
int inside(int x) {
#ifdef ASM_SECTION
  __asm__(".pushsection .rodata.probe,\"a\"\n\t.long 1\n\t.popsection");
  x++;
#endif
#ifdef ASM_GLOBAL
  __asm__(".globl marker\nmarker:");
  x++;
#endif
  return x;
}

//--- label.s
	.text
	.globl holder, jumper
	.type holder, @function
holder:	incl %eax
.L1:	ret
	.size holder, .-holder
	.type jumper, @function
jumper:	incl %eax
	jmp .L1
	.size jumper, .-jumper

//--- clone.s
	.text
	.globl caller, table
	.type scale.isra.0, @function
scale.isra.0: nop
	ret
	.size scale.isra.0, .-scale.isra.0
	.type caller, @function
caller:	call scale.isra.0
	ret
	.size caller, .-caller
	.data
	.type table, @object
table:	.quad scale.isra.0
	.size table, 8
