#!/usr/bin/env python3
"""step.py LOG PID STEP...: drives libcare-ctl against a program with a log.

Steps, each one word of the shell:

    says=TEXT      the program's next new lines contain TEXT
    ctl=WORDS      libcare-ctl WORDS, @PID@ replaced, must succeed
    ctl:N=WORDS    ... must end with status N
    maps=same      the memory map is what it was at the first maps=same
    write=SYM+N:HEX  writes bytes at the program's symbol (/proc/PID/mem)
    restore=SYM+N:COUNT  writes back the bytes that the program's file has there
"""

import os
import re
import shlex
import subprocess
import sys
import time

TIMEOUT_SECONDS = 30


class Steps:
    def __init__(self, log, pid):
        self.log, self.pid = log, pid
        self.map = None

    def says(self, text):
        start = len(open(self.log, errors="replace").read())
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            # The first line after the start may have been on its way already.
            lines = open(self.log, errors="replace").read()[start:].split("\n")
            if len(lines) > 3:
                if text in lines[-2]:
                    return
                sys.exit("the program says %r, not %r" % (lines[-2], text))
            time.sleep(0.002)
        sys.exit("the program says nothing any more")

    def ctl(self, words, status=0):
        words = words.replace("@PID@", self.pid)
        result = subprocess.run(["libcare-ctl"] + shlex.split(words))
        if result.returncode != status:
            sys.exit("%s: status %d, expected %d" % (words, result.returncode, status))

    def maps(self, _):
        now = re.sub(r".*\[heap\].*\n", "", open("/proc/%s/maps" % self.pid).read())
        self.map = self.map or now
        if now != self.map:
            sys.exit("the memory map is another:\n%s\nbefore:\n%s" % (now, self.map))

    def write(self, what):
        place, data = what.split(":")
        self.write_at(self.offset_of(place), bytes.fromhex(data))

    def restore(self, what):
        place, count = what.split(":")
        with open("/proc/%s/exe" % self.pid, "rb") as file:
            file.seek(self.offset_of(place))
            self.write_at(self.offset_of(place), file.read(int(count)))

    def offset_of(self, place):
        symbol, distance = place.split("+")
        exe = "/proc/%s/exe" % self.pid
        names = subprocess.run(["nm", exe], capture_output=True, text=True).stdout
        offset = re.search(r"^(\w+) . %s$" % symbol, names, re.M).group(1)
        return int(offset, 16) + int(distance)

    def write_at(self, offset, data):
        exe = os.readlink("/proc/%s/exe" % self.pid)
        maps = open("/proc/%s/maps" % self.pid)
        first = next(line for line in maps if line.endswith(exe + "\n"))
        with open("/proc/%s/mem" % self.pid, "r+b", buffering=0) as memory:
            memory.seek(int(first.split("-")[0], 16) + offset)
            memory.write(data)


def main():
    steps = Steps(sys.argv[1], sys.argv[2])
    for step in sys.argv[3:]:
        key, value = step.split("=", 1)
        sys.stdout.flush()
        if key.startswith("ctl:"):
            steps.ctl(value, int(key[4:]))
        else:
            getattr(steps, key)(value)


main()
