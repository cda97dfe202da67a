#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""many_patches.py FOLDER: thousands of patches in one process.

A program has a number of functions, each of which answers 0; every patch
replaces one of them by code that answers with its own address. So the answers
tell which patch is current, and they are compared with what must be: of the
patches that are on, the one of this function that was put in last.

    one by one     4,096 patches are put in by one call each
    any order      some of them are taken off, wherever they are in the stack
    all at once    the rest is taken off, all of them put in again, and taken
                   off, by one call each

After the last one, the memory map is what it was before the first. The program
has libgcc, so every patch is also announced to the unwinder.

    --patches=N --functions=N --removals=N    other numbers
    --single=N    only so many are put in one by one, the rest by one call
    --seconds=N   the same when it takes longer than this
    --limit=MS    status 1 if one patch takes longer than this, on average

Prints what a call takes as the number of patches grows. Status 0 if every
answer was right.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tools"))

import hotpatch_build

OLD = "__attribute__((noipa)) long where_%d(void) { return zero; }\n"
NEW = """__attribute__((noipa)) long where_%d(void) {
  long here;
  __asm__("lea 0(%%%%rip), %%0" : "=r"(here));
  return here;
}
"""
MAIN = """
int main(void) {
  char line;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (read(0, &line, 1) == 1) {
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++)
      printf("%lx ", table[i]());
    puts("");
  }
}
"""


def program(count, patched=None):
    functions = [(NEW if i == patched else OLD) % i for i in range(count)]
    names = ", ".join("where_%d" % i for i in range(count))
    table = "static long (*const table[])(void) = {%s};\n" % names
    head = "#include <stdio.h>\n#include <unistd.h>\nstatic volatile long zero;\n"
    return head + "".join(functions) + table + MAIN


def build(arguments):
    """The program, and its patches in order: patch number n is of function n
    modulo the number of functions."""
    out = os.path.join(arguments.folder, "many")
    flags = ["-O2"]
    project = hotpatch_build.Project(
        out, flags, link_flags=["-Wl,--no-as-needed", "-lgcc_s"]
    )
    count = arguments.functions
    binaries = project.build_version({"prog.c": program(count)}, "original", "original")
    for i in range(count):
        text = program(count, patched=i)
        project.build_version({"prog.c": text}, "patched-%d" % i, "patched")
    folder = os.path.join(out, "patches")
    os.makedirs(folder)
    files = []
    for number in range(arguments.patches):
        files.append(os.path.join(folder, "%06d.kpatch" % number))
        patched = os.path.join(out, "patched-%d" % (number % count), "prog")
        command = ["libcare-link", "-i", str(number), "-o", files[-1]]
        project.run(command + [os.path.join(out, "original", "prog"), patched])
    assert binaries == ["prog"]
    return os.path.join(out, "original/prog"), files


class Process:
    """The program as it runs, and which patches it must have."""

    def __init__(self, exe, functions):
        self.functions = functions
        self.applied = []  # numbers, in order of application
        self.process = subprocess.Popen(
            [exe], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.pid = str(self.process.pid)
        self.check()
        self.map_before = self.map()

    def map(self):
        with open("/proc/%s/maps" % self.pid) as file:
            return [line for line in file if "[heap]" not in line]

    def ctl(self, *words):
        done = subprocess.run(["libcare-ctl", *words], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("many_patches.py: error: %s: %s" % (words, done.stderr))
        return done.stdout

    def seconds(self, *words):
        begin = time.monotonic()
        self.ctl(*words, "-p", self.pid)
        return time.monotonic() - begin

    def regions(self):
        """{number of an applied patch: where it is}"""
        (process,) = json.loads(self.ctl("info", "--json", "-p", self.pid))["processes"]
        return {
            int(patch["id"]): range(start, start + patch["region_size"])
            for item in process["objects"]
            for patch in item["patches"]
            if patch["state"] == "applied"
            for start in [int(patch["region"], 16)]
        }

    def check(self):
        """Every function, against what must be."""
        self.process.stdin.write("\n")
        answers = [int(word, 16) for word in self.process.stdout.readline().split()]
        regions = self.regions()
        if sorted(regions) != sorted(self.applied):
            sys.exit("many_patches.py: error: info shows other patches than were put in")
        current = {number % self.functions: number for number in self.applied}
        for function in range(self.functions):
            number = current.get(function)
            expected = range(1) if number is None else regions[number]
            if answers[function] not in expected:
                sys.exit(
                    "many_patches.py: error: function %d answers 0x%x, not that of patch %s"
                    % (function, answers[function], number)
                )

    def patch(self, files, first, last):
        """Seconds for each of the patches, put in one by one."""
        times = []
        for number in range(first, last):
            words = ["patch", "-p", self.pid, files[number]]
            begin = time.monotonic()
            self.ctl(*words)
            times.append(time.monotonic() - begin)
            self.applied.append(number)
        return times


def one_by_one(process, files, count, seconds):
    """Prints a line each time that the number has doubled; all the times."""
    times, first = [], 0
    while first < count and sum(times) < seconds:
        last = min(max(2 * first, 16), count)
        some = process.patch(files, first, last)
        process.check()
        mean = 1000 * sum(some) / len(some)
        print("patches %5d to %5d: %6.1f ms each" % (first + 1, last, mean), flush=True)
        times += some
        first = last
    return times


def the_rest(process, files):
    first = len(process.applied)
    if first == len(files):
        return
    folder = os.path.dirname(files[0]) + "-rest"
    os.makedirs(folder)
    for path in files[first:]:
        os.symlink(path, os.path.join(folder, os.path.basename(path)))
    begin = time.monotonic()
    process.ctl("patch", "-p", process.pid, folder)
    seconds = time.monotonic() - begin
    process.applied = list(range(len(files)))
    process.check()
    print("patches %5d to %5d: %.2f s at once" % (first + 1, len(files), seconds), flush=True)


def any_order(process, count, chance):
    times = []
    count = min(count, len(process.applied))
    for number in chance.sample(process.applied, count):
        times.append(process.seconds("unpatch", "-i", str(number)))
        process.applied.remove(number)
        process.check()
    print("unpatch of one, in any order: %.1f ms each" % (1000 * sum(times) / count))


def all_at_once(process, files):
    count = len(process.applied)
    seconds = process.seconds("unpatch")
    process.applied = []
    process.check()
    print("unpatch of %d at once: %.2f s" % (count, seconds), flush=True)
    begin = time.monotonic()
    process.ctl("patch", "-p", process.pid, os.path.dirname(files[0]))
    seconds = time.monotonic() - begin
    process.applied = list(range(len(files)))
    process.check()
    print("patch of %d at once: %.2f s" % (len(files), seconds), flush=True)
    process.ctl("unpatch", "-p", process.pid)
    process.applied = []
    process.check()
    # What could not be given back at once is when something else changes.
    for _ in range(5):
        if process.map() == process.map_before:
            return
        process.ctl("patch", "-p", process.pid, files[0])
        process.ctl("unpatch", "-p", process.pid)
    if process.map() != process.map_before:
        sys.exit("many_patches.py: error: something is left in the memory map")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--patches", type=int, default=4096)
    parser.add_argument("--functions", type=int, default=64)
    parser.add_argument("--removals", type=int, default=64)
    parser.add_argument("--single", type=int)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--limit", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    print("seed %d" % arguments.seed)
    exe, files = build(arguments)
    process = Process(exe, arguments.functions)
    try:
        single = min(arguments.single or len(files), len(files))
        times = one_by_one(process, files, single, arguments.seconds)
        the_rest(process, files)
        any_order(process, arguments.removals, random.Random(arguments.seed))
        all_at_once(process, files)
    finally:
        process.process.kill()
        process.process.wait()
    print("%d patches in one process, all answers right" % len(files))
    mean = 1000 * sum(times) / len(times)
    if mean > arguments.limit:
        sys.exit("many_patches.py: error: %.1f ms for a patch" % mean)


main()
