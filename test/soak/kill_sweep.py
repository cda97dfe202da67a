#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kill_sweep.py FOLDER: SIGKILL for libcare-ctl at every one of its calls.

libcare-ctl runs against a target that checks its own results, and is killed
when it enters its first system call, in the next run its second, and so on
until a run ends by itself. After each death

    the target goes on, and all its results are right;
    `recover` succeeds; the target is wholly old or wholly new, and `info` says so;
    an ordinary patch or unpatch works.

Swept are patch (in a new process, and in one that had the patch before),
unpatch, and recover, the latter after every kind of leftover that the death of
patch or unpatch can leave. Then patch and unpatch die at random instants.

    --modes=A,B   kinds of target: busy, timed, all (see target.c)
    --stride=N    only every Nth call, for a quick look
    --recover-stride=N    only every Nth call of recover
    --random=N    so many random instants, for each kind
    --seconds=N   ends early after so long, and says so

Prints what was done, and the number of deaths, crashes, wrong results and
processes that could not be settled. Status 0 if the last three are zero.
"""

import argparse
import collections
import os
import random
import subprocess
import time

from subject import Wrong, Workshop

# The calls that change the journal: a death at each leaves another state.
WRITES = ["pwrite64", "process_vm_writev"]


STARTS = [("patch", "new"), ("patch", "removed"), ("unpatch", "patched")]


class OutOfTime(Exception):
    pass


class Sweep:
    def __init__(self, workshop, arguments):
        self.workshop = workshop
        self.stride = arguments.stride
        self.recover_stride = arguments.recover_stride or arguments.stride
        self.deadline = time.monotonic() + arguments.seconds
        self.random = random.Random(arguments.seed)
        self.deaths = collections.Counter()
        self.problems = []
        self.target = None

    # -- Starting points ---------------------------------------------------

    def have(self, start, mode):
        """A target that is `new` to patches, `patched`, or `removed`: patched
        once and no longer."""
        target = self.target
        if target and (target.mode != mode or start == "new" or target.is_spoilt):
            target.end()
            target = self.target = None
        if not target:
            target = self.target = self.workshop.target(mode)
            target.is_spoilt = False
            target.has_patch = False
            if start == "removed":
                target.must("patch")
                target.must("unpatch")
        if start == "patched" and not target.has_patch:
            target.must("patch")
        if start == "removed" and target.has_patch:
            target.must("unpatch")
        target.has_patch = start == "patched"
        return target

    # -- One death ---------------------------------------------------------

    def settled(self, target):
        """After a death: right results, recover, and all that follows."""
        target.progress()
        target.must("recover")
        target.has_patch = target.settled_version() == "new"
        target.must("unpatch" if target.has_patch else "patch")
        target.has_patch = not target.has_patch
        if target.settled_version() != ("new" if target.has_patch else "old"):
            raise Wrong("unsettled", "the next command did nothing")

    def attempt(self, what, start, mode, die):
        """False if the command was not killed."""
        if time.monotonic() > self.deadline:
            raise OutOfTime()
        target = self.have(start, mode)
        place = None
        try:
            place = die(target)
            if not place:
                return False
            self.deaths[what] += 1
            self.settled(target)
        except (Wrong, subprocess.TimeoutExpired) as problem:
            target.is_spoilt = True
            self.problems.append(problem)
            print("%s, %s, killed at %s: %s" % (what, mode, place, problem), flush=True)
        return True

    # -- The sweeps --------------------------------------------------------

    def every_call(self, what, start, mode, words, before=None):
        stride = self.recover_stride if before else self.stride
        number = 1 + self.random.randrange(stride)

        def die(target):
            if before:
                before(target)
            hit = self.workshop.at_call("kill", number, *target.command(*words))
            if hit.name is None and hit.result.status != 0:
                raise Wrong("unsettled", "%s: %s" % (words, hit.result.err))
            return hit.name and "call %d, %s" % (number, hit.name)

        count = 0
        while self.attempt(what, start, mode, die):
            number += stride
            count += 1
        self.target.is_spoilt = True
        print("%-40s %-6s %5d deaths" % (what, mode, count), flush=True)

    def leftovers(self, name, start, mode):
        """Where `name` must die to leave each kind of state behind."""
        kinds = {}
        for call in WRITES:
            number = 1
            while True:
                target = self.have(start, mode)
                place = "%s:%d" % (call, number)
                words = target.command(name)
                if not self.workshop.at_call("kill", place, *words).name:
                    break
                kind = (tuple(target.states()), target.version())
                if kind[0] and kind[0] not in (("applied",), ("removed",)):
                    kinds.setdefault(kind, place)
                target.is_spoilt = True
                number += 1
            self.target.is_spoilt = True
        return kinds

    def recover(self, mode):
        done = set()
        for name, start in STARTS:
            for kind, place in self.leftovers(name, start, mode).items():
                # A new region is unmapped, one that was in use is kept; after
                # that, it is all the same.
                states, version = kind
                if kind in done and states != ("prepared",):
                    continue
                done.add(kind)

                def leave(target):
                    # Not every run makes the same calls: until it did die there.
                    words = target.command(name)
                    self.workshop.at_call("kill", place, *words)

                what = "recover (%s, %s; %s %s)" % (states[0], version, name, start)
                self.every_call(what, start, mode, ["recover"], leave)

    def random_instants(self, mode, count):
        for name, start in STARTS:
            begin = time.monotonic()
            self.have(start, mode).must(name)
            longest = 1.2 * (time.monotonic() - begin)
            self.target.is_spoilt = True

            def die(target):
                command = ["libcare-ctl", *target.command(name)]
                instant = self.random.random() * longest
                tool = subprocess.Popen(
                    command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                time.sleep(instant)
                tool.kill()
                tool.wait()
                return "%.0f us" % (instant * 1e6)

            what = "%s %s, at random" % (name, start)
            for _ in range(count // 3 + 1):
                self.attempt(what, start, mode, die)
            print("%-40s %-6s %5d deaths" % (what, mode, count // 3 + 1), flush=True)

    def all(self, mode, random_count):
        self.every_call("patch, new process", "new", mode, ["patch"])
        self.every_call("patch, had it before", "removed", mode, ["patch"])
        self.every_call("unpatch", "patched", mode, ["unpatch"])
        self.recover(mode)
        self.random_instants(mode, random_count)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--modes", default="busy,timed,all")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--recover-stride", type=int)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    sweep = Sweep(Workshop(arguments.folder), arguments)
    print("seed %d" % arguments.seed)
    try:
        for mode in arguments.modes.split(","):
            sweep.all(mode, arguments.random)
    except OutOfTime:
        print("out of time: not everything was swept")
    finally:
        if sweep.target:
            sweep.target.end()
    kinds = collections.Counter(
        getattr(problem, "kind", "hang") for problem in sweep.problems
    )
    print(
        "%d deaths, %d crashes, %d wrong results, %d unsettled, %d hangs"
        % (
            sum(sweep.deaths.values()),
            kinds["crash"],
            kinds["wrong result"],
            kinds["unsettled"],
            kinds["hang"],
        )
    )
    raise SystemExit(1 if sweep.problems else 0)


main()
