#include <stdio.h>

__attribute__((noinline)) int number(void) { return 2; }

int main(void) { return printf("unrelated %d\n", number()) < 0; }
