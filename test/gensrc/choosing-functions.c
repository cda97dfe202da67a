// A person can say what is in the patch: functions that must be replaced though
// their code is the same, and changed ones that keep their code. A name counts
// in every file, or in the one given with it.

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S unit.c -o old.s && %gcc -O2 -DPATCHED -S unit.c -o new.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o m.s --report report
// RUN: FileCheck %s --input-file=report --match-full-lines --implicit-check-not={{.}} --check-prefix=PLAIN
// PLAIN: replaced{{	}}first{{	}}edited
// PLAIN: replaced{{	}}second{{	}}edited

// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o m.s --report report --must-adapt=third,unit.c:fourth,other.c:fifth
// RUN: FileCheck %s --input-file=report --match-full-lines --implicit-check-not={{.}} --check-prefix=ADAPT
// ADAPT: replaced{{	}}first{{	}}edited
// ADAPT: replaced{{	}}second{{	}}edited
// ADAPT: replaced{{	}}third{{	}}listed in --must-adapt
// ADAPT: replaced{{	}}fourth{{	}}listed in --must-adapt
// RUN: grep -q '^third.kpatch:' m.s

// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o m.s --report report --ignore-changes=unit.c:first,limit,other.c:second
// RUN: FileCheck %s --input-file=report --match-full-lines --implicit-check-not={{.}} --check-prefix=IGNORE
// IGNORE: replaced{{	}}second{{	}}edited
// RUN: not grep first.kpatch m.s

// A changed variable keeps its value.
// RUN: %gcc -O2 -DLIMIT=6 -DPATCHED -S unit.c -o limit.s
// RUN: %exits-with 1 %kpatch_gensrc --test-mode -i old.s -i limit.s -o m2.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i limit.s -o m2.s --ignore-changes=limit
// RUN: grep -A1 '^limit:' m2.s | grep 5

//--- unit.c
#ifndef LIMIT
#define LIMIT 5
#endif
#ifdef PATCHED
#define CHANGE 1
#else
#define CHANGE 0
#endif
int limit = LIMIT;
int first(int x) { return x * 3 + CHANGE; }
int second(int x) { return x * 5 + CHANGE; }
int third(int x) { return x * 7 + limit; }
int fourth(int x) { return x * 9; }
int fifth(int x) { return x * 11; }
