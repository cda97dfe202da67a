// Inline assembly that makes a function weak or hidden only mentions it: it is
// the same function as before, and not a label of the assembly.

// RUN: rm -rf %t && mkdir %t
// RUN: %gcc -O2 -S %s -o %t/old.s && %gcc -O2 -DPATCHED -S %s -o %t/new.s
// RUN: %kpatch_gensrc --test-mode -i %t/old.s -i %t/new.s -o %t/merged.s --report=%t/report
// RUN: FileCheck %s --input-file=%t/report --implicit-check-not=helper
// CHECK: replaced{{.}}edited_one{{.}}edited

#ifdef PATCHED
enum { value = 2 };
#else
enum { value = 1 };
#endif

__attribute__((noinline)) int helper(int x) {
  return x * 3;
}

int edited_one(int x) {
  return helper(x) + value;
}

void other(void) {
  __asm__(".weak helper");
}
