# A refusal says where: file and line of the source if the assembly tells, else the
# line of the text that was given, of the original if the thing is gone.

# RUN: rm -rf %t && split-file %s %t && cd %t
# RUN: sed 's/long 5/long 6/' old.s > value.s
# RUN: sed '/section table/,$d' old.s > gone.s
# RUN: sed 's/buffer,8/buffer,16/' old.s > common.s
# RUN: sed '/\.loc/r asm.s' old.s > section.s
# RUN: sed 's/ret$/nop; ret/' section.s > label.s

# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i value.s -o m.s 2>&1 | FileCheck %s --check-prefix=VALUE
# VALUE: error: value.s: line 13: variable 'level': the initial value changed [kpatch-data-init]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i gone.s -o m.s 2>&1 | FileCheck %s --check-prefix=GONE
# GONE: error: old.s: original: line 16: variable 'entry' is no longer in section 'table' [kpatch-data-section]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i common.s -o m.s 2>&1 | FileCheck %s --check-prefix=COMMON
# COMMON: error: common.s: line 3: variable 'buffer': the size changed (8 bytes, now 16) [kpatch-data-size]
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i label.s -o m.s 2>&1 | FileCheck %s --check-prefix=CODE
# CODE: error: label.s: unit.c:42: function 'use': inline assembly in it switches sections [kpatch-inline-asm]

# What inline assembly puts into another section shows nowhere in the function:
# RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i section.s -o m.s 2>&1 | FileCheck %s --check-prefix=SECTION
# SECTION: error: section.s: line 10: what inline assembly puts into section 'other' changed [kpatch-data-section]
# RUN: %kpatch_gensrc --test-mode -i section.s -i old.s -o m.s

# With -f the lines of the text are not those of the file:
# RUN: %exits-with 1 %kpatch_gensrc -f --test-mode -i old.s -i value.s -o m.s 2>&1 | FileCheck %s --check-prefix=FILTER
# FILTER: error: value.s: variable 'level': the initial value changed [kpatch-data-init]
# RUN: %exits-with 1 %kpatch_gensrc -f --dbg-filter-emit-newlines --test-mode -i old.s -i value.s -o m.s 2>&1 | FileCheck %s --check-prefix=VALUE

#--- old.s
	.file "unit.c"
	.file 1 "unit.c"
	.comm buffer,8,8
	.text
	.type use, @function
use:
	.loc 1 42
	ret
	.size use, .-use
	.data
	.type level, @object
	.size level, 4
level:
	.long 5
	.section table,"aw"
entry:
	.long 1
#--- asm.s
#APP
	.section other,"a"
	.long 1
	.text
#NO_APP
