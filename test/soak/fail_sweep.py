#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""fail_sweep.py FOLDER: every system call of libcare-ctl fails once.

libcare-ctl runs against a target that checks its own results; its first system
call fails, in the next run its second, and so on until a run meets no failure.
Each run must end

    in success, and the target is what was asked for; or
    in a refusal: status 1 or 3, an error line with a kpatch- code, and the
    target's memory map and code are, byte for byte, what they were before.

In all cases the target's results are right, and `info` agrees with the code.
What the C library does before `main` has no words for a failure: there, only
the target counts. So it is with brk: glibc's malloc ends any static program when
the brk fails with which it aligns its heap; and a signal handler that cannot
return, which no kernel does to it, returns to nowhere. These are deaths like
those of kill_sweep.py; they must leave nothing that `recover` cannot settle.

    --modes=A,B   kinds of target: busy, timed, all (see target.c)
    --errors=A,B  error numbers by name
    --stride=N    only every Nth call, for a quick look
    --seconds=N   ends early after so long, and says so

Prints what was done, and the number of failures, how they ended, and what was
wrong. Status 0 if nothing was.
"""

import argparse
import collections
import errno
import os
import random
import re
import signal
import subprocess
import time

from subject import OUTCOMES, STARTS, Wrong, Workshop


DEADLY = {"brk": signal.SIGABRT, "rt_sigreturn": signal.SIGSEGV}


class OutOfTime(Exception):
    pass


class Sweep:
    def __init__(self, workshop, arguments):
        self.workshop = workshop
        self.stride = arguments.stride
        self.first = arguments.first
        self.deadline = time.monotonic() + arguments.seconds
        self.random = random.Random(arguments.seed)
        self.ends = collections.Counter()
        self.problems = 0

    def starting_point(self, start, mode):
        target = self.workshop.target(mode)
        if start != "fresh":
            target.must("patch")
        if start == "removed":
            target.must("unpatch")
        return target

    def judge(self, target, name, before, hit, is_before_main):
        """How it ended; raises Wrong."""
        as_before, as_asked_for = OUTCOMES[name]
        status, _, err = hit.result
        target.progress()
        if hit.name in DEADLY and status == 128 + DEADLY[hit.name]:
            target.must("recover")
            target.settled_version()
            return "death"
        if is_before_main and status != 0:
            pass
        elif status not in (0, 1, 3):
            raise Wrong("unclean", "status %d: %s" % (status, err))
        elif status != 0 and not re.search(r": error: .*\[kpatch-[\w-]+\]", err):
            raise Wrong("unclean", "status %d without a code: %s" % (status, err))
        if status != 0:
            if target.memory() != before:
                raise Wrong("changed", "refused, but not as it was: %s" % err)
        expected = as_before if status != 0 else as_asked_for
        if target.settled_version() != expected:
            raise Wrong("changed", "status %d, but not %s" % (status, expected))
        return "success" if status == 0 else "refusal"

    def every_call(self, name, start, mode, error):
        number = self.first + self.random.randrange(self.stride)
        what = "%s (%s), %s" % (name, start, error)
        target = None
        ends = collections.Counter()
        calls_of_main = None
        while True:
            if time.monotonic() > self.deadline:
                raise OutOfTime()
            if not target:
                target = self.starting_point(start, mode)
                # The first calls are those of the C library's start.
                if calls_of_main is None:
                    calls = self.workshop.at_call("none", 0, *target.command("info"))
                    calls_of_main = calls.index("openat") + 1
                before = target.memory()
            action = "fail=%d" % getattr(errno, error)
            hit = None
            try:
                hit = self.workshop.at_call(action, number, *target.command(name))
                end = self.judge(target, name, before, hit, number < calls_of_main)
                ends[end if hit.name else "none"] += 1
            except (Wrong, subprocess.TimeoutExpired) as problem:
                self.problems += 1
                end = "problem"
                where = hit and hit.name
                print("%s, %s, call %d, %s: %s" % (what, mode, number, where, problem))
            if end != "refusal" or (hit and not hit.name):
                target.end()
                target = None
            if hit and not hit.name:
                break
            number += self.stride
        if target:
            target.end()
        print("%-28s %-6s %s" % (what, mode, dict(ends)), flush=True)
        self.ends.update(ends)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--modes", default="all")
    parser.add_argument("--errors", default="EIO,ENOMEM,EPERM")
    parser.add_argument("--first", type=int, default=1, help="first call")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    sweep = Sweep(Workshop(arguments.folder), arguments)
    print("seed %d" % arguments.seed)
    try:
        for mode in arguments.modes.split(","):
            for error in arguments.errors.split(","):
                for name, start in STARTS:
                    sweep.every_call(name, start, mode, error)
    except OutOfTime:
        print("out of time: not everything was swept")
    print(
        "%d failures: %d ended in success, %d in a refusal, %d in the C library, "
        "%d wrongly"
        % (
            sum(sweep.ends.values()) + sweep.problems - sweep.ends["none"],
            sweep.ends["success"],
            sweep.ends["refusal"],
            sweep.ends["death"],
            sweep.problems,
        )
    )
    raise SystemExit(1 if sweep.problems else 0)


main()
