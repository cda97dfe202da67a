// A weak symbol that only the changed code refers to stays weak: where nobody
// defines it, the merged unit links, and the code sees zero. So does one that it
// has another name for (weakref).

// RUN: rm -rf %t && split-file %s %t && cd %t
// RUN: %gcc -O2 -S unit.c -o old.s && %gcc -O2 -DPATCHED -S unit.c -o new.s
// RUN: %kpatch_gensrc --test-mode -i old.s -i new.s -o merged.s
// RUN: FileCheck %s --input-file=merged.s
// RUN: %gcc -no-pie merged.s -o program && %gcc merged.s -o program

// CHECK-DAG: .weak optional{{$}}
// CHECK-DAG: .weak optional_data{{$}}
// CHECK-DAG: .weak optional_by_weakref{{$}}
// CHECK-NOT: .weak atoi

//--- unit.c
extern void optional(int) __attribute__((weak));
extern int optional_data __attribute__((weak));
static void other_name(int) __attribute__((weakref("optional_by_weakref")));
#ifdef PATCHED
extern int atoi(const char *) __attribute__((weak));
#else
extern int atoi(const char *);
#endif
int known(const char *text) { return atoi(text) + 1; }
int f(int x) {
#ifdef PATCHED
  if (optional)
    optional(x);
  if (other_name)
    other_name(x);
  if (&optional_data)
    return optional_data;
  return known("1") + x + 1;
#else
  return known("1") + x;
#endif
}
int main(void) { return f(1); }
