#!/usr/bin/env python3
"""kill-everywhere.py PID LOG PATCH: SIGKILL at each write and ptrace request.

strace kills libcare-ctl when it enters its Nth call. After each death the
program must go on saying a right word, and patch and unpatch must work.
"""

import re
import subprocess
import sys

from program_log import next_line

PID, LOG, PATCH = sys.argv[1:4]
COMMANDS = {"patch": ["patch", "-p", PID, PATCH], "unpatch": ["unpatch", "-p", PID]}


def ctl(name, *prefix):
    return subprocess.run(
        [*prefix, "libcare-ctl", *COMMANDS[name]], capture_output=True, text=True
    )


def expect(word):
    line = next_line(LOG)
    if line != "greeting: " + word:
        sys.exit("the program says %r instead of %r" % (line, word))


def reach(name):
    """Both commands are status 0 or a clean 1 (nothing to do)."""
    result = ctl(name)
    if result.returncode > 1:
        sys.exit("%s: %s" % (name, result.stderr))
    return result


def kill_in(name, call, number):
    killer = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + call]
    killer += ["-e", "inject=%s:signal=KILL:when=%d" % (call, number)]
    if ctl(name, *killer).returncode == 0:
        return False
    if next_line(LOG) not in ("greeting: old", "greeting: new"):
        sys.exit("wrong word after a kill")
    left = re.search("was left (\\w+)", reach(name).stderr)
    if left:
        print("%s killed at %s %d: left %s" % (name, call, number, left.group(1)))
    return True


def main():
    for call, step in ("pwrite64", 1), ("process_vm_writev", 1), ("ptrace", 7):
        for number in range(1, 200, step):
            reach("unpatch")
            expect("old")
            if not kill_in("patch", call, number):
                break
            expect("new")
        for number in range(1, 200, step):
            reach("patch")
            expect("new")
            if not kill_in("unpatch", call, number):
                break
            expect("old")
    print("all settled")


main()
