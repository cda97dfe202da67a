// Lines that the patched source has in common with the original keep their
// numbers, in the source and in headers, so that __LINE__, assert() and
// __builtin_LINE() below an inserted or removed line change no function. No
// tool has to put #line directives into the source for this. Messages of the
// compiler show the lines of the file as it is.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: env KPATCH_STAGE=original %libcare-cc -O2 -c unit.c
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c cxx.cpp
// RUN: sh edit

// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -Wunused-variable -c unit.c 2> messages
// RUN: FileCheck %s --check-prefix=REPORT --input-file=.kpatch_unit.o.patched.report --implicit-check-not={{.}}
// REPORT-DAG: {{^}}replaced	edited	edited{{$}}
// REPORT-DAG: {{^}}new	inserted	new{{$}}

// RUN: FileCheck %s --check-prefix=MESSAGE --input-file=messages
// MESSAGE: unit.c:31:35: warning: unused variable 'unused'
// MESSAGE-NEXT: 31 | void warned(void) { LOG("{"); int unused; }

// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c cxx.cpp
// RUN: FileCheck %s --check-prefix=CXX --input-file=.kpatch_cxx.o.patched.report --implicit-check-not={{.}}
// CXX: replaced	_Z6editedi	edited

// A number that is an edit, and not a moved line, is one. So is a line that
// changed its place among the others.
// RUN: sed -i 's|return at + 16|return at + 17|' unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: grep -c "replaced	number	edited" .kpatch_unit.o.patched.report

// The author's own #line directives are left as they are.
// RUN: sed -i '/^int number/i #line 100 "other.c"' unit.c
// RUN: env KPATCH_STAGE=patched %libcare-cc -O2 -c unit.c
// RUN: FileCheck %s --check-prefix=OWN --input-file=.kpatch_unit.o.patched.s
// OWN: movl $101, %esi
// OWN: movl $104, %eax

//--- edit
sed -i -e 's|a + 1|a + 2|' -e '/^#include "check.h"/i int inserted(int a) { return a; }\n// A comment.' \
  -e '/^\/\/ Removed/,/^\/\/ to here/d' \
  -e 's|LOG("{"); }|LOG("{"); int unused; }|' unit.c
sed -i -e '1i // One more line\n// and another.' check.h
sed -i -e 's|a + 1|a + 2|' -e '/^int edited/i // inserted\n' cxx.cpp

//--- check.h
void report(const char *text, int line);
#define LOG(text) report(text, __LINE__)
static inline __attribute__((always_inline)) int in_header(int a) {
  if (a < 7)
    report("header", __LINE__);
  return a;
}

//--- unit.c
#include <assert.h>
#include "check.h"
int edited(int a) { return a + 1; }
void asserts(int *p) { assert(p[0] == 7); p[1]++; }
void logs(void) { LOG("logs"); }
int uses_header(int a) { return in_header(a) + __LINE__; }
// Removed from here:
//
//
// to here
#ifdef ABSENT
void absent(void) { LOG("absent"); }
#endif
void several_lines(int a) {
  LOG(a ? "one"
        : "two");
  report("a",
         __LINE__);
  if (a)
    LOG("first word of its line");
}
void
name_alone(int a) {
  report
      ("b", __LINE__ + a);
}
int number(int at) {
  LOG("number");
  return at + 16;
}
int builtin(void) { return __builtin_LINE(); }
int later(void) { return __LINE__; }
void warned(void) { LOG("{"); }

//--- cxx.cpp
#include <cassert>
#define LOG(text) report(text, __LINE__)
void report(const char *text, int line, int other = __builtin_LINE());
int edited(int a) { return a + 1; }
template <class T> T twice(T a) { LOG("twice"); return a + a; }
struct S {
  int member(int a) { assert(a != 1); return twice(a); }
};
auto lambda = [](int a) { LOG(R"(raw
text)"); return a; };
int use(S &s) { return s.member(3) + twice(4L) + lambda(5); }
