// A macro of the command line that differs between the stages changes functions
// that the source patch does not touch. All of them are in the patch, so that
// this is a warning; none if the unit stays as it is, or if it is allowed.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.c
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -DBUILD=6 -DSAME -c unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -DBUILD=7 -DSAME -Werror -c unit.c 2>&1 \
// RUN:   | FileCheck %s --implicit-check-not=warning:
// CHECK: warning: unit.c: the original was compiled with other macros: '-D BUILD=6' there, '-D BUILD=7' here; what they change is in the patch [kpatch-flags]
// RUN: count 1 < .kpatch_unit.o.patched.report

// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -DBUILD=6 -DSAME -DUNUSED -c unit.c \
// RUN:   2>&1 | count 0
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-flags:BUILD \
// RUN:   %libcare-cc -O2 -DBUILD=7 -DSAME -c unit.c 2>&1 | count 0

// An option is an error; it can be allowed by its text.
// RUN: env KPATCH_STAGE=patched not %libcare-cc -O2 -fno-ipa-ra -DBUILD=6 -DSAME \
// RUN:   -c unit.c 2>&1 | FileCheck %s --check-prefix=OPTION
// OPTION: error: unit.c: the original was compiled with nothing where the patched unit has '-fno-ipa-ra' [kpatch-flags]
// OPTION: note: if you know that it is safe: --allow='kpatch-flags:-fno-ipa-ra'
// RUN: env KPATCH_STAGE=patched KPATCH_ALLOW=kpatch-flags:-fno-ipa-ra \
// RUN:   %libcare-cc -O2 -fno-ipa-ra -DBUILD=6 -DSAME -c unit.c 2>&1 | count 0

// The same without the plugin:
// RUN: rm .kpatch*
// RUN: env LIBCARE_PLUGIN=off KPATCH_STAGE=original %libcare-cc -O2 -D BUILD=6 \
// RUN:   -c unit.c
// RUN: env LIBCARE_PLUGIN=off KPATCH_STAGE=patched %libcare-cc -O2 -DBUILD=7 \
// RUN:   -c unit.c 2>&1 | FileCheck %s --check-prefix=STEPS
// STEPS: libcare-cc: warning: unit.c: the original was compiled with other macros: '-DBUILD=6' there, '-DBUILD=7' here; what they change is in the patch [kpatch-flags]

int build(void) { return BUILD; }
int other(void) { return 1; }
