"""kill-while-patching.py PID PATCH: SIGKILL for libcare-ctl at many instants.

Measures how long patching takes, then starts patch and unpatch in turn and
kills each one a little later than the one before, from the start of the
program to its end. Whatever state that left is where the next one begins.
"""

import subprocess
import sys
import time

ROUNDS = 60


def start(pid, patch, round_number):
    command = ["libcare-ctl", "patch", "-p", pid, patch]
    if round_number % 2:
        command = ["libcare-ctl", "unpatch", "-p", pid]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def main():
    pid, patch = sys.argv[1], sys.argv[2]
    begin = time.monotonic()
    for round_number in range(2):
        start(pid, patch, round_number).wait()
    duration = (time.monotonic() - begin) / 2
    for round_number in range(ROUNDS):
        tool = start(pid, patch, round_number)
        try:
            tool.wait(timeout=duration * round_number / ROUNDS)
        except subprocess.TimeoutExpired:
            tool.kill()
            tool.wait()
    print("rounds done")


main()
