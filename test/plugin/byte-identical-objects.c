// The original stage must give the object that plain gcc gives: with -g GCC
// would record -fplugin=... in DW_AT_producer, with -frecord-gcc-switches in
// .GCC.command.line, with -flto in .gnu.lto_.opts.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: sh compare %libcare-cc "-O2"
// RUN: sh compare %libcare-cc "-O0 -g"
// RUN: sh compare %libcare-cc "-O2 -g3 -frecord-gcc-switches"
// RUN: sh compare %libcare-cc "-O2 -g -flto -frandom-seed=1"
// RUN: sh compare %libcare-cc "-O2 -flto -ffat-lto-objects -frandom-seed=1"
// RUN: sh compare %libcare-cc "-O2 -g -gsplit-dwarf"
// RUN: sh compare %libcare-cc "-Os -fPIC -ffunction-sections -pipe"
// RUN: sh compare %libcare-cc "-O3 -g -save-temps"

//--- compare
set -e
gcc $2 -c unit.c -o unit.o
mv unit.o plain.o
KPATCH_STAGE=original "$1" $2 -c unit.c -o unit.o
cmp unit.o plain.o
test -s .kpatch_unit.o.original.s

//--- unit.c
static int count(int by) {
  static int total, others[3];
  others[by & 1]++;
  return total += by + others[1];
}
static __attribute__((noinline)) int twice(int a, int unused) {
  static int total;
  return total += 2 * a;
}
int sum(int a) { return count(a) + twice(a, 3) + twice(a, 3); }
