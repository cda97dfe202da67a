// One changed function: it is in .kpatch.text and in the report, and the
// original's code stays in .text. Nothing changed: the object is the
// original's, byte for byte, though a line number in the source moved.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: cp old.c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: cp unit.o original.o
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: %same-file unit.o original.o
// RUN: count 0 < .kpatch_unit.o.patched.report

// RUN: cp new.c unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: FileCheck %s --check-prefix=REPORT --match-full-lines \
// RUN:   --implicit-check-not={{.}} < .kpatch_unit.o.patched.report
// REPORT: replaced	answer	edited
// RUN: llvm-readelf -SW unit.o | FileCheck %s --check-prefix=SECTIONS
// SECTIONS: .kpatch.text
// SECTIONS: .kpatch.info
// RUN: llvm-objcopy -O binary --only-section=.text original.o original.text
// RUN: llvm-objcopy -O binary --only-section=.text unit.o unit.text
// RUN: %same-file unit.text original.text
// RUN: grep -q "movl.*\$43, %eax" .kpatch_unit.o.patched.s

//--- old.c
int answer(void) { return 42; }
int other(int a) { return a * 3; }

//--- new.c
int answer(void) { return 43; }
int other(int a) { return a * 3; }
