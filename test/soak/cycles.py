#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cycles.py FOLDER: one process, patched and unpatched 10,000 times.

The process (target.c) checks its own results all the time. Ten times on the
way, with the patch off, what it has is counted: the entries of its memory map,
its resident memory (all of it, and what belongs to no file), its descriptors.
The first count is made when a few cycles have gone by, since the first ones do
leave something behind: pages of text become private, stacks reach their depth.
From then on nothing may grow, but for the memory of one removed patch that is
kept until the next look at the process, and a few pages of stack.

    --count=N    so many cycles
    --mode=M     kind of target: busy, timed, all (see target.c)
    --seconds=N  ends early after so long, and says so

Status 0 if nothing has grown and every patch and unpatch succeeded.
"""

import argparse
import collections
import os
import re
import time

from subject import Wrong, Workshop

SAMPLES = 10
# One region: the guard page, the header, code, read-only data, data.
MAPS_OF_A_PATCH = 5
RESIDENT_MAX_KIB = 64

Count = collections.namedtuple("Count", "maps resident anonymous descriptors")


def count_of(target):
    folder = "/proc/%s/" % target.pid
    with open(folder + "maps") as file:
        maps = len(file.readlines())
    with open(folder + "smaps_rollup") as file:
        sizes = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M))
    descriptors = len(os.listdir(folder + "fd"))
    return Count(maps, int(sizes["Rss"]), int(sizes["Anonymous"]), descriptors)


def growth(first, now):
    """What has grown, in words."""
    allowed = Count(MAPS_OF_A_PATCH, RESIDENT_MAX_KIB, RESIDENT_MAX_KIB, 0)
    return [
        "%s: %d after %d" % (name, getattr(now, name), getattr(first, name))
        for name in Count._fields
        if getattr(now, name) > getattr(first, name) + getattr(allowed, name)
    ]


def run(target, arguments):
    """How many cycles were made, and what has grown."""
    deadline = time.monotonic() + arguments.seconds
    warm = max(arguments.count // 100, 3)
    step = max(arguments.count // SAMPLES, 1)
    first, begin = None, time.monotonic()
    print("%7s %9s %13s %14s %11s" % (("cycle", "mappings", "resident/KiB") + ("anonymous/KiB", "descriptors")))
    for number in range(1, arguments.count + 1):
        target.must("patch")
        target.must("unpatch")
        is_last = number == arguments.count or time.monotonic() > deadline
        if number == warm or number % step == 0 or is_last:
            now = count_of(target)
            first = first or (now if number >= warm else None)
            print("%7d %9d %13d %14d %11d" % ((number,) + now), flush=True)
        if is_last:
            break
    target.progress()
    if number < arguments.count:
        print("out of time")
    each = (time.monotonic() - begin) / number
    print("%.1f ms for each cycle" % (1000 * each))
    return number, growth(first or now, now)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--mode", default="all")
    parser.add_argument("--seconds", type=float, default=1e9)
    arguments = parser.parse_args()
    target = Workshop(arguments.folder).target(arguments.mode)
    try:
        number, grown = run(target, arguments)
        if target.settled_version() != "old":
            raise Wrong("unsettled", "the last unpatch did nothing")
    finally:
        target.end()
    for line in grown:
        print("grown: " + line)
    print("%d cycles, %d of 4 counts have grown" % (number, len(grown)))
    raise SystemExit(1 if grown else 0)


main()
