# What is no assembly, or not two versions of one unit, gives one line that says
# so with the place, exit status 1, and no output file.

# RUN: rm -rf %t && split-file %s %t && cd %t
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i source.c -o m.s 2>&1 | FileCheck %s --check-prefix=SOURCE
# SOURCE: error: source.c: patched: line 1: instruction outside of a function: 'int main(void) {'
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i other.s -o m.s 2>&1 | FileCheck %s --check-prefix=OTHER
# OTHER: error: other.s: the two texts have no function in common (original 'good.c', patched 'other.c') [kpatch-different-unit]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i intel.s -o m.s 2>&1 | FileCheck %s --check-prefix=INTEL
# INTEL: error: intel.s: patched: assembly in Intel syntax [kpatch-intel-syntax]
# INTEL-NEXT: note: compile the unit with -masm=att
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i arm.s -o m.s 2>&1 | FileCheck %s --check-prefix=ARM
# ARM: line 1: '.arch armv8-a': assembly of another architecture (expected x86_64)
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i twice.s -o m.s 2>&1 | FileCheck %s --check-prefix=TWICE
# TWICE: line 6: symbol 'good' is defined twice
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i /bin/true -o m.s 2>&1 | FileCheck %s --check-prefix=BINARY
# BINARY: error: /bin/true: patched: not an assembly text (it has NUL bytes)
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i good.s -i missing.s -o m.s 2>&1 | FileCheck %s --check-prefix=MISSING
# MISSING: error: 'missing.s': No such file or directory
# RUN: %exits-with 2 %kpatch_gensrc --no-such-option 2>&1 | FileCheck %s --check-prefix=USAGE
# USAGE: kpatch_gensrc: error:
# RUN: not ls m.s

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
