// A thread that is in a function that loops for ever, or ends the thread, does
// not leave it. Replacing one is no error, as no thread may be in it; it is
// said, so that a person is not surprised later.

// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gcc -O2 -S %s -o old.s && %gcc -O2 -DNEW -S %s -o new.s
// RUN: %kpatch_gensrc -i old.s -i new.s -o m.s 2>&1 | FileCheck %s --implicit-check-not=warning:
// CHECK: warning: function 'serve' never returns to its caller; while a thread is in it, the patch cannot be applied [kpatch-endless]
// CHECK-NEXT: note: put the change into a function that it calls
// CHECK: warning: function 'leave' never returns to its caller
// CHECK: warning: function 'main' changed; it runs as long as the program and can rarely be replaced [kpatch-main]
// RUN: %kpatch_gensrc --allow=kpatch-endless:serve --allow=kpatch-endless:leave --allow=kpatch-main:main -i old.s -i new.s -o m.s 2>&1 | count 0

#ifdef NEW
#define VALUE 2
#else
#define VALUE 1
#endif
int take(int);
_Noreturn void finish(int);
void serve(void) {
  for (;;)
    take(VALUE);
}
void leave(void) { finish(VALUE); }
int tail(void) { return take(VALUE); }
int through(int (*f)(int)) { return f(VALUE); }
int cases(int i) {
  switch (i) {
  case 0: return take(VALUE);
  case 1: return take(7);
  case 2: take(8); break;
  case 3: take(9); break;
  case 4: take(11); break;
  }
  return i;
}
int main(void) { return take(VALUE); }
