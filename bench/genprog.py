#!/usr/bin/python3
"""genprog.py OUT FUNCTIONS: the program that freeze.py patches.

Writes OUT/prog.c, OUT/fix.patch and OUT/Makefile (all, install, clean). The
program has FUNCTIONS functions that the patch changes, called by the main
thread through a table all the time. Its number of threads is its argument; the
others sleep at the bottom of a recursion of nine frames that is not patched, so
that a stack check has something to walk and never finds a busy function.
"""

import difflib
import os
import sys

MAIN = """
#define DEPTH 9

static int rest(int depth) {
  volatile char frame[64];
  frame[0] = (char)depth;
  if (depth < DEPTH)
    return rest(depth + 1) + frame[0];
  usleep(1000);
  return frame[0];
}

static void *idle(void *unused) {
  for (;;)
    rest(1);
  return unused;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 * 1024);
  for (int i = 1; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, idle, NULL)) {
      perror("pthread_create");
      return 1;
    }
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  for (;;) {
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
      sum += table[i]((int)i);
    usleep(1000);
  }
}
"""

MAKEFILE = """CFLAGS ?= -O2 -g
all: prog
prog: prog.o
\t$(CC) -o $@ prog.o -pthread
prog.o: prog.c
\t$(CC) $(CFLAGS) -c -o $@ prog.c
install: all
\tmkdir -p $(DESTDIR)
\tcp prog $(DESTDIR)/
clean:
\trm -f prog prog.o
"""


def function(number, version):
    return """
__attribute__((noinline)) int work_%d(int n) {
  sum += n * %d;
  if (n > %d)
    sum ^= %d;
  return n + %d;
}
""" % (
        number,
        number + 3,
        number + 7,
        number,
        version,
    )


def program(count, version):
    names = ", ".join("work_%d" % i for i in range(count))
    return (
        "#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
        "#include <unistd.h>\n\nstatic volatile long sum;\n"
        + "".join(function(i, version) for i in range(count))
        + "\nstatic int (*const table[])(int) = {%s};\n" % names
        + MAIN
    )


def main():
    out, count = sys.argv[1], int(sys.argv[2])
    os.makedirs(out, exist_ok=True)
    original, patched = program(count, 1), program(count, 2)
    diff = difflib.unified_diff(
        original.splitlines(True), patched.splitlines(True), "a/prog.c", "b/prog.c"
    )
    for name, text in {
        "prog.c": original,
        "prog.c.patched": patched,
        "fix.patch": "".join(diff),
        "Makefile": MAKEFILE,
    }.items():
        with open(os.path.join(out, name), "w") as file:
            file.write(text)


main()
