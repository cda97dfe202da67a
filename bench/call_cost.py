#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""call_cost.py --build DIR [--rounds 21]

What a call to a patched function costs, against the same call unpatched.

A program calls an empty function again and again and tells how long one call
took. It is asked in turns, without the patch and with it, so that both see the
same machine; old and new function differ in nothing but a number. Two ways of
calling: from a loop in which each call waits for the one before, and from one
in which it does not. Prints medians in nanoseconds. With --limit NS the exit
status is 1 if a call to the patched function costs that much more.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile

PROGRAM = """
#include <stdio.h>
#include <time.h>

__attribute__((noipa)) long next(long n) { return n + VERSION; }

enum { calls = 20000000 };

static double now_ns(void) { // of the processor, other programs left out
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void) {
  char line[8];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    long chain = 0, sum = 0;
    double start = now_ns();
    for (long i = 0; i < calls; i++)
      chain = next(chain);
    double middle = now_ns();
    for (long i = 0; i < calls; i++)
      sum += next(i);
    double end = now_ns();
    printf("%ld %.4f %.4f\\n", chain / calls, (middle - start) / calls,
           (end - middle) / calls);
    if (sum == 0)
      return 1;
  }
}
"""

LOOPS = ["each waits for the one before", "independent of each other"]


def build_program(build, folder):
    """Returns the program and its patch."""
    make_kpatch = os.path.join(os.path.dirname(__file__), "../test/tools/make-kpatch")
    for name, version in ("old", "1"), ("new", "2"):
        with open("%s/%s.c" % (folder, name), "w") as file:
            file.write(PROGRAM.replace("VERSION", version))
    subprocess.run(
        [sys.executable, os.path.abspath(make_kpatch), "old.c", "new.c", "out"],
        cwd=folder,
        check=True,
        env=dict(os.environ, PATH=build + "/bin:" + os.environ["PATH"]),
    )
    return folder + "/out/original/prog", folder + "/out/prog.kpatch"


def ask(process, version):
    """Nanoseconds for a call, in each of the loops."""
    process.stdin.write("\n")
    answer = process.stdout.readline().split()
    if not answer or answer[0] != str(version):
        sys.exit("call_cost.py: error: the answer is %s, not of version %d" % (answer, version))
    return [float(word) for word in answer[1:]]


def measure(build, program, patch, rounds):
    """For each round, the times without the patch and with it."""
    ctl = build + "/bin/libcare-ctl"
    process = subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    pid = str(process.pid)
    without, with_patch = [], []
    try:
        ask(process, 1)
        for _ in range(rounds):
            without.append(ask(process, 1))
            subprocess.run(
                [ctl, "patch", "-p", pid, patch], check=True, stdout=subprocess.DEVNULL
            )
            with_patch.append(ask(process, 2))
            subprocess.run(
                [ctl, "unpatch", "-p", pid], check=True, stdout=subprocess.DEVNULL
            )
    finally:
        process.kill()
        process.wait()
    return without, with_patch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--limit", type=float, help="nanoseconds more than unpatched")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    with tempfile.TemporaryDirectory(prefix="libcare-call-") as folder:
        program, patch = build_program(build, folder)
        without, with_patch = measure(build, program, patch, arguments.rounds)
    print("One call, median nanoseconds")
    print("| calls | unpatched | patched | difference |")
    print("|---|---:|---:|---:|")
    most = 0
    for loop, name in enumerate(LOOPS):
        before = statistics.median(times[loop] for times in without)
        after = statistics.median(times[loop] for times in with_patch)
        most = max(most, after - before)
        print("| %s | %.2f | %.2f | %+.2f |" % (name, before, after, after - before))
    if arguments.limit is not None and most > arguments.limit:
        sys.exit("call_cost.py: error: %.2f ns more (at most %g)" % (most, arguments.limit))


main()
