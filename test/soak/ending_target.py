#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ending_target.py FOLDER: the process ends at every call of libcare-ctl.

The target is killed when libcare-ctl enters its first system call, in the next
run its second, and so on until a run makes fewer. What the kernel says of a
process that is about to end differs from one moment to the next; libcare-ctl
must say that it has ended ([kpatch-no-process]), or have been done before. No
other error, no crash, no waiting in vain. Of a process that was chosen by its
program (--exe) it says nothing at all, unless there was none to begin with.

    --modes=A,B   kinds of target: busy, timed, all (see target.c)
    --stride=N    only every Nth call, for a quick look
    --seconds=N   ends early after so long, and says so

Status 0 if nothing was wrong.
"""

import argparse
import collections
import os
import random
import subprocess
import time

from subject import STARTS, Workshop

# Those that only look: without the patch that is there, they must not say that
# all is well.
LOOKS = ["info", "status"]
CHOSEN = "patch --exe"


def command(workshop, target, name):
    if name == CHOSEN:
        return ["patch", "--exe", workshop.exe, workshop.patches[0]]
    return target.command(name)


def judge(name, result):
    if name == CHOSEN and result.status != 0:
        return "has ended" if "there is no process" in result.err else "wrong"
    if result.status == 0 and (name not in LOOKS or "0001" in result.out):
        return "done before"
    if result.status == 1 and "[kpatch-no-process]" in result.err:
        return "has ended"
    return "wrong"


def every_call(workshop, name, start, mode, first, stride, deadline):
    """How the commands ended, and the time was up."""
    ends = collections.Counter()
    number = first
    while time.monotonic() < deadline:
        target = workshop.target(mode)
        if start != "fresh":
            target.must("patch")
        if start == "removed":
            target.must("unpatch")
        try:
            words = command(workshop, target, name)
            hit = workshop.at_call("end=" + target.pid, number, *words)
            if hit.name is None:
                return ends, False
            end, text = judge(name, hit.result), "status %d: %s" % hit.result[::2]
        except subprocess.TimeoutExpired:
            end, text = "wrong", "hangs"
        finally:
            target.end()
        ends[end] += 1
        if end == "wrong":
            print("%s (%s), call %d: %s" % (name, start, number, text), flush=True)
        number += stride
    return ends, True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--modes", default="timed,all")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    workshop = Workshop(arguments.folder)
    deadline = time.monotonic() + arguments.seconds
    chance = random.Random(arguments.seed)
    print("seed %d" % arguments.seed)
    total = collections.Counter()
    starts = [*STARTS, (CHOSEN, "fresh")]
    starts += [(name, "patched") for name in ["recover", *LOOKS]]
    jobs = [(*start, mode) for mode in arguments.modes.split(",") for start in starts]
    for name, start, mode in jobs:
        first = 1 + chance.randrange(arguments.stride)
        ends, is_cut = every_call(
            workshop, name, start, mode, first, arguments.stride, deadline
        )
        print("%-20s %-6s %s" % ("%s (%s)" % (name, start), mode, dict(ends)), flush=True)
        total.update(ends)
        if is_cut:
            print("out of time: not everything was swept")
            break
    print("%d ends, %d wrong" % (sum(total.values()), total["wrong"]))
    raise SystemExit(1 if total["wrong"] else 0)


main()
