#!/usr/bin/env python3
"""kill-and-recover.py PID LOG PATCH: SIGKILL at each write, then recover.

Prints what each death left, what the program says then, and afterwards. Not
every run makes the same calls, so it goes on until each of the three mixtures
of old and new was left behind by either command.
"""

import re
import subprocess
import sys

from program_log import next_line

PID, LOG, PATCH = sys.argv[1:4]
SWEEPS_MAX = 5
seen = set()
COMMANDS = {"patch": ["patch", "-p", PID, PATCH], "unpatch": ["unpatch", "-p", PID]}


def ctl(*words):
    result = subprocess.run(["libcare-ctl", *words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit("%s: %s" % (words[0], result.stderr))
    return result.stdout


def kill_in(name, number):
    killer = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64"]
    killer += ["-e", "inject=pwrite64:signal=KILL:when=%d" % number, "libcare-ctl"]
    result = subprocess.run(killer + COMMANDS[name], capture_output=True)
    if result.returncode == 0:
        return False
    left = re.search("was left (\\w+); see", ctl("info", "-p", PID))
    between = next_line(LOG)
    ctl("recover", "-p", PID)
    after = next_line(LOG)
    if after not in ("old old", "new new") or "left" in ctl("info", "-p", PID):
        sys.exit("not settled: says %r" % after)
    if left:
        seen.add((name, between))
        print(
            "%s: left %s, says %s, settled: %s" % (name, left.group(1), between, after)
        )
    return True


def reach(name, words):
    if next_line(LOG) != words:
        ctl(*COMMANDS[name])
    if next_line(LOG) != words:
        sys.exit("%s: the program does not say %r" % (name, words))


def main():
    for name, other, words in (
        ("patch", "unpatch", "old old"),
        ("unpatch", "patch", "new new"),
    ):
        for _ in range(SWEEPS_MAX):
            number = 1
            reach(other, words)
            while kill_in(name, number):
                reach(other, words)
                number += 1
            if len([one for one in seen if one[0] == name]) == 3:
                break
    print(ctl("recover", "-p", PID), end="")
    print("all settled")


main()
