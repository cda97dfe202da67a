// Without a C library: `syscall` is nowhere followed by `ret`.
static long call(long number, long a, const void *b, long c) {
  long result;
  __asm__ volatile("syscall; nop"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

__attribute__((noipa)) const char *text(void) {
  return "ready\n";
}

void _start(void) {
  static const long pause[2] = {0, 5000000};
  for (;;) {
    call(1, 1, text(), 6);       // write
    call(35, (long)pause, 0, 0); // nanosleep
  }
}
