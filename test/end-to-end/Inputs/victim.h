// The frame of the programs in the end-to-end tests.
//
// A program defines show(), which prints what its functions do at the moment.
// main() prints `ready`, then for each line of standard input calls show() and
// prints a line `.`; %patch-cycle is at the other end. Between two lines only
// main() is on the stack. `command` is the line without its end.
#ifndef VICTIM_H
#define VICTIM_H

#include <stdio.h>
#include <string.h>

// Kept apart from its callers: what happens inside it is the compiler's choice.
#define NOINLINE __attribute__((noinline, noclone))

static char command[256];
NOINLINE void show(void);

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  setvbuf(stdout, NULL, _IOLBF, 0);
#ifdef VICTIM_SETUP
  VICTIM_SETUP;
#endif
  puts("ready");
  while (fgets(command, sizeof command, stdin)) {
    command[strcspn(command, "\n")] = 0;
    show();
    puts(".");
  }
  return 0;
}

#endif
