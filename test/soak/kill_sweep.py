#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kill_sweep.py FOLDER: SIGKILL for libcare-ctl at every one of its calls.

libcare-ctl runs against a target that checks its own results, and is killed
when it enters its first system call, in the next run its second, and so on
until a run ends by itself. After each death

    the target goes on, and all its results are right;
    `recover` succeeds; the target is wholly what it was or wholly what it was to
    become, and `info` says so;
    an ordinary patch, replacement or unpatch works.

Swept are patch (in a new process, and in one that had the patch before),
unpatch, replace (a second patch of the same functions for the first one), and
recover, the latter after every kind of leftover that the death of the others
can leave. Then patch and unpatch again in a process that stands still (SIGSTOP)
from before the death until the next patch has been put in: what a thread was
told by the one that died it does only then. Then they die at random instants.

    --modes=A,B   kinds of target: busy, timed, all (see target.c)
    --commands=A,B   patch, unpatch, replace: only these, and recover after them
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
import signal
import subprocess
import time

from subject import OUTCOMES, STARTS, Wrong, Workshop

# The calls that change the journal: a death at each leaves another state.
WRITES = ["pwrite64", "process_vm_writev"]

SETTLED_STATES = {"applied", "removed"}


class OutOfTime(Exception):
    pass


class Sweep:
    def __init__(self, workshop, arguments):
        self.workshop = workshop
        self.stride = arguments.stride
        self.recover_stride = arguments.recover_stride or arguments.stride
        names = arguments.commands.split(",")
        self.starts = [start for start in STARTS if start[0] in names]
        self.deadline = time.monotonic() + arguments.seconds
        self.random = random.Random(arguments.seed)
        self.deaths = collections.Counter()
        self.problems = []
        self.target = None

    # -- Starting points ---------------------------------------------------

    def have(self, start, mode):
        """A target at one of the starting points."""
        target = self.target
        if target and (target.mode != mode or start == "fresh" or target.is_spoilt):
            target.end()
            target = self.target = None
        if not target:
            target = self.target = self.workshop.target(mode)
            target.is_spoilt = False
            if start == "removed":
                target.become("new")
        target.become("new" if start == "patched" else "old")
        return target

    # -- One death ---------------------------------------------------------

    def settled(self, target, name):
        """After the death of `name`: right results, recover, and what follows."""
        target.progress()
        target.must("recover")
        before, after = OUTCOMES[name]
        target.has = target.settled_version()
        if target.has not in (before, after):
            raise Wrong("unsettled", "is %s" % target.has)
        if target.has == before:
            target.must(name)
            target.has = after
        else:
            target.become(before)
        if target.settled_version() != target.has:
            raise Wrong("unsettled", "the next command did nothing")

    def attempt(self, what, name, start, mode, die):
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
            self.settled(target, name)
        except (Wrong, subprocess.TimeoutExpired) as problem:
            target.is_spoilt = True
            self.problems.append(problem)
            print("%s, %s, killed at %s: %s" % (what, mode, place, problem), flush=True)
        return True

    # -- The sweeps --------------------------------------------------------

    def in_turn(self, what, name, start, mode, stride, die):
        """`die(target, number)` kills `name` at its call of that number, and
        returns the name of the call, or nothing if there was none."""
        number = 1 + self.random.randrange(stride)
        count = 0

        def place(target):
            call = die(target, number)
            return call and "call %d, %s" % (number, call)

        while self.attempt(what, name, start, mode, place):
            number += stride
            count += 1
        self.target.is_spoilt = True
        print("%-50s %-6s %5d deaths" % (what, mode, count), flush=True)

    def every_call(self, name, start, mode, leave=None, what=None):
        """`name` dies at each of its calls; with `leave`, which lets it die in
        its own way, the `recover` that follows does."""
        what = what or "%s (%s)" % (name, start)
        words = "recover" if leave else name
        stride = self.recover_stride if leave else self.stride

        def die(target, number):
            if leave:
                leave(target)
            hit = self.workshop.at_call("kill", number, *target.command(words))
            if hit.name is None and hit.result.status != 0:
                raise Wrong("unsettled", "%s: %s" % (words, hit.result.err))
            return hit.name

        self.in_turn(what, name, start, mode, stride, die)

    def standing_still(self, name, start, mode):
        """`name` dies at each of its calls while the process stands still, and
        the first patch is put in before it goes on."""

        def die(target, number):
            target.stop()
            hit = self.workshop.at_call("kill", number, *target.command(name))
            target.ctl("patch")  # refused if still there
            target.go_on()
            return hit.name

        what = "%s (%s), standing still" % (name, start)
        self.in_turn(what, name, start, mode, self.stride, die)

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
                states = tuple(state for _, state in target.patches())
                if not SETTLED_STATES.issuperset(states):
                    kinds.setdefault((states, target.version()), place)
                target.is_spoilt = True
                number += 1
            self.target.is_spoilt = True
        return kinds

    def recover(self, mode):
        done = set()
        for name, start in self.starts:
            for kind, place in self.leftovers(name, start, mode).items():
                # A new region is unmapped, one that was in use is kept; after
                # that, it is all the same.
                states, version = kind
                if kind in done and "prepared" not in states:
                    continue
                done.add(kind)

                def leave(target):
                    # Not every run makes the same calls: until it did die there.
                    words = target.command(name)
                    self.workshop.at_call("kill", place, *words)

                left = "+".join(states)
                what = "recover (%s, %s; %s, %s)" % (left, version, name, start)
                self.every_call(name, start, mode, leave, what)

    def random_instants(self, mode, count):
        each = count // len(self.starts) + 1
        for name, start in self.starts:
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

            what = "%s (%s), at random" % (name, start)
            for _ in range(each):
                self.attempt(what, name, start, mode, die)
            print("%-50s %-6s %5d deaths" % (what, mode, each), flush=True)

    def all(self, mode, random_count):
        jobs = [
            lambda name=name, start=start: self.every_call(name, start, mode)
            for name, start in self.starts
        ]
        jobs += [
            lambda name=name, start=start: self.standing_still(name, start, mode)
            for name, start in self.starts
            if name != "replace"
        ]
        jobs.append(lambda: self.recover(mode))
        jobs.append(lambda: self.random_instants(mode, random_count))
        # When the time is up, it is not always the same that was left out.
        self.random.shuffle(jobs)
        for job in jobs:
            job()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--modes", default="busy,timed,all")
    parser.add_argument("--commands", default="patch,unpatch,replace")
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
