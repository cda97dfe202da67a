// The plugin says what is wrong with its arguments, and where it cannot write.

// REQUIRES: gcc-plugin
// RUN: not %gcc -fplugin=%plugin -c %s -o %t.o 2>&1 \
// RUN:   | FileCheck %s --check-prefix=STAGE
// STAGE: error: libcare_plugin: the argument 'stage' is missing (original or patched)
// RUN: not %gcc -fplugin=%plugin -fplugin-arg-libcare_plugin-stage=late -c %s \
// RUN:   -o %t.o 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: libcare_plugin: unknown argument 'stage=late'
// RUN: not %gcc -fplugin=%plugin -fplugin-arg-libcare_plugin-stage=original \
// RUN:   -fplugin-arg-libcare_plugin-side=/nonexistent/x -c %s -o %t.o 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FOLDER
// FOLDER: error: {{.*}}bad-arguments.c: cannot create '/nonexistent/x.original.s': No such file or directory [kpatch-side-file]

int unit;
