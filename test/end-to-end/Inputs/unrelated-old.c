#include <stdio.h>

__attribute__((noinline)) int number(void) { return 1; }

int main(void) { return printf("unrelated %d\n", number()) < 0; }
