// The tool is killed with SIGKILL while it has borrowed the thread, at many
// different instants. The thread restores itself: its calculation, made with
// general, x87 and vector registers, its signal mask, its alternate signal
// stack and its sleep must be exactly as if nobody had been there.

// REQUIRES: ptrace, arch-x86_64

// RUN: %gcc -O2 -mavx2 %s -o %t.exe -lm
// RUN: %with-victim %t.exe %t.log -- %python %S/Inputs/kill-at-random.py \
// RUN:   100 %build/bin/process-probe getpid @PID@ 1000
// RUN: %with-victim %t.exe %t.log2 -- %python %S/Inputs/kill-at-random.py \
// RUN:   100 %build/bin/process-probe resolve @PID@ memcpy
// RUN: cat %t.log %t.log2 | FileCheck %s --implicit-check-not=wrong

// CHECK: ready
// CHECK: right
// CHECK: right

#include <errno.h>
#include <immintrin.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static double calculate(double seed) {
  __m256d vector = _mm256_set1_pd(seed), step = _mm256_set_pd(1, 2, 3, 4);
  double scalar = seed;
  long double x87 = seed;
  for (int i = 0; i < 100000; i++) {
    vector = _mm256_add_pd(_mm256_mul_pd(vector, _mm256_set1_pd(0.9999)), step);
    scalar = scalar * 0.99 + sqrt(i + scalar * scalar * 1e-9);
    x87 = x87 * 0.5L + i;
    __asm__ volatile("" ::"x"(vector));
  }
  double parts[4];
  _mm256_storeu_pd(parts, vector);
  return parts[0] + parts[1] + parts[2] + parts[3] + scalar + (double)x87;
}

int main(void) {
  static char alternate[65536];
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, NULL);
  sigset_t original, now;
  sigprocmask(SIG_SETMASK, NULL, &original);
  setvbuf(stdout, NULL, _IOLBF, 0);

  double expected = calculate(3.25);
  puts("ready");
  for (;;) {
    double value = calculate(3.25);
    if (memcmp(&value, &expected, sizeof value) != 0)
      puts("wrong result");
    struct timespec nap = {0, 5000000};
    if (nanosleep(&nap, NULL) != 0)
      printf("wrong: nanosleep %d\n", errno);
    sigprocmask(SIG_SETMASK, NULL, &now);
    if (memcmp(&original, &now, sizeof now) != 0)
      puts("wrong signal mask");
    sigaltstack(NULL, &stack);
    if (stack.ss_sp != alternate || stack.ss_flags != 0)
      puts("wrong alternate stack");
    puts("right");
  }
}
