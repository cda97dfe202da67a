// The program that most tests of this folder patch: greeting() changes.
#include <stdio.h>
#include <unistd.h>

#define KEPT_APART __attribute__((noipa))

static int calls;

KEPT_APART const char *greeting(void) {
  calls += 1;
  return "old";
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int round = 0;; round++) {
    printf("greeting: %s\n", greeting());
    if (round == 0)
      puts("ready");
    usleep(5000);
  }
}
