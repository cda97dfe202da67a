// A plugin that was built for another GCC says so, with both versions, and the
// compile fails. (A copy of the plugin with its version changed stands for
// it.)

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %python %S/Inputs/change-version.py %plugin libcare_plugin.so
// RUN: env LIBCARE_PLUGIN=%t/libcare_plugin.so KPATCH_STAGE=original \
// RUN:   not %libcare-cc -c %s -o unit.o 2>&1 | FileCheck %s
// CHECK: error: 'libcare_plugin' was built for GCC 00.0.0{{.*}} and this is GCC {{[1-9]+\.[0-9.]+}}{{.*}} [kpatch-plugin-version]
// CHECK: note: rebuild the plugin with this compiler, or set 'LIBCARE_PLUGIN=off' to do without it
// RUN: not ls unit.o
// RUN: env LIBCARE_PLUGIN=off KPATCH_STAGE=original %libcare-cc -c %s -o unit.o
// RUN: ls .kpatch_unit.o.original.s

int unit;
