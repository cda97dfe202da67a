#!/usr/bin/env python3
"""many-processes.py EXE KPATCH list|all: patches three processes in one call.

In the order of their numbers: one stays in the function for ever (EXE busy),
one has ended, one can be patched. Prints
what libcare-ctl says, its status, and what the living processes say then.
"""

import subprocess
import sys
import time

TIMEOUT_SECONDS = 60


class Program:
    def __init__(self, *command):
        self.exe = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.pid = self.exe.pid
        self.says()

    def says(self):
        return self.exe.stdout.readline().strip()

    def end(self):
        self.exe.kill()
        self.exe.wait()


def start_three(exe):
    while True:
        three = [Program(exe, "busy"), Program(exe), Program(exe)]
        if three[0].pid < three[1].pid < three[2].pid:
            return three
        for program in three:  # the numbers have begun anew
            program.end()


def says_at_last(program):
    # What was in the pipe already is older than the patch.
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        line = program.says()
    return line


def main():
    exe, kpatch, which = sys.argv[1:]
    busy, ending, idle = three = start_three(exe)
    pids = ",".join(str(program.pid) for program in three)
    words = ["-p", "all" if which == "all" else pids, "--timeout=2", kpatch]
    try:
        ending.end()
        ctl = subprocess.run(
            ["libcare-ctl", "patch"] + words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        print(ctl.stdout, end="")
        print("status", ctl.returncode)
        for program in (busy, idle):
            print("process %d says %s" % (program.pid, says_at_last(program)))
    finally:
        for program in three:
            program.end()


main()
