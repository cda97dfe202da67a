#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mutated_patches.py FOLDER: libcare-ctl is given damaged patch files.

Each is the target's patch with some bits, bytes, words or blocks changed, or cut
off. Every other one is given to `patch` as it is: its checksum must not let it
through, unless what was changed means nothing. The others say that they have no
checksum, which lets the damage through to all that reads it, and are given to
`patch --dry-run`.

libcare-ctl must end by itself with status 0, 1 or 3, within ten seconds and with
at most 200 MiB of memory; a refusal has an error line with a kpatch- code. The
target's memory map and code stay what they were, and its results right.

    --count=N     so many files (default: 10,000)
    --seconds=N   ends early after so long, and says so

Status 0 if all that was so.
"""

import argparse
import collections
import os
import random
import re
import resource
import struct
import subprocess
import time

from subject import Wrong, Workshop

CHECKSUM, ELF_OFFSET = 144, 152
TELLING = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000]
TELLING += [0xFFFFFFFF, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
MEMORY_MAX = 200 << 20


def places(data, chance):
    """Where the structure is: header, ELF header, section and symbol tables are
    hit more often than code."""
    elf = struct.unpack_from("<I", data, ELF_OFFSET)[0]
    sections = elf + struct.unpack_from("<Q", data, elf + 40)[0]
    kind = chance.randrange(4)
    if kind == 0:
        return chance.randrange(elf + 64)
    if kind == 1 and sections < len(data):
        return chance.randrange(sections, len(data))
    return chance.randrange(len(data))


def mutate(original, chance):
    data = bytearray(original)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        at = places(original, chance)
        kind = chance.randrange(6)
        if kind == 0:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[at % len(data)] = chance.randrange(256)
        elif kind in (2, 3):
            form = chance.choice("HIQ")
            size = struct.calcsize(form)
            at = min(at & ~(size - 1), len(data) - size)
            value = chance.choice(TELLING) + chance.choice([0, 0, 0, -1, 1, 8])
            struct.pack_into("<" + form, data, max(at, 0), value % (1 << 8 * size))
        elif kind == 4:
            start, size = places(original, chance), chance.randrange(1, 128)
            data[at : at + size] = original[start : start + size]
        else:
            del data[max(at, 16) :]
        if len(data) < 16:
            break
    return data


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))


class Trial:
    def __init__(self, workshop, seed):
        self.target = workshop.target("all")
        self.before = self.target.memory()
        self.path = os.path.join(workshop.folder, "mutated.kpatch")
        with open(workshop.patches[0], "rb") as file:
            self.original = file.read()
        self.chance = random.Random(seed)
        self.ends = collections.Counter()

    def one(self, is_dry):
        data = mutate(self.original, self.chance)
        if is_dry and len(data) >= CHECKSUM + 4:
            struct.pack_into("<I", data, CHECKSUM, 0)
        with open(self.path, "wb") as file:
            file.write(data)
        words = ["libcare-ctl", "patch", "-p", self.target.pid, self.path]
        if is_dry:
            words.insert(2, "--dry-run")
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            preexec_fn=limit_memory,
        )
        if done.returncode not in (0, 1, 3):
            raise Wrong("crash", "status %d: %s" % (done.returncode, done.stderr))
        if done.returncode and not re.search(r"error: .*\[kpatch-", done.stderr):
            raise Wrong("unclean", "no code: %r" % done.stderr)
        self.ends["refused" if done.returncode else "taken"] += 1
        if done.returncode == 0 and not is_dry:
            self.target.must("unpatch")
            self.before = self.target.memory()
        elif self.target.memory() != self.before:
            raise Wrong("changed", "the target is not as it was: %s" % done.stderr)
        self.target.check()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=os.getpid())
    arguments = parser.parse_args()
    trial = Trial(Workshop(arguments.folder), arguments.seed)
    print("seed %d" % arguments.seed)
    deadline = time.monotonic() + arguments.seconds
    problems = 0
    for number in range(arguments.count):
        if time.monotonic() > deadline:
            print("out of time")
            break
        try:
            trial.one(is_dry=number % 2 == 1)
        except (Wrong, subprocess.TimeoutExpired) as problem:
            problems += 1
            kept = "%s.%d" % (trial.path, number)
            os.replace(trial.path, kept)
            print("%s: %s" % (kept, problem), flush=True)
            trial.target.check()
    trial.target.progress()
    if trial.target.version() != "old":
        problems += 1
    trial.target.end()
    ends = trial.ends
    print(
        "%d files: %d refused, %d taken for what they are, %d problems"
        % (sum(ends.values()) + problems, ends["refused"], ends["taken"], problems)
    )
    raise SystemExit(1 if problems else 0)


main()
