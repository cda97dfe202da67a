#!/usr/bin/env python3
"""start-and-run.py EXE COMMAND...: starts EXE, waits for its line `ready`, runs
COMMAND with @PID@ replaced and prints its status. EXE may end whenever it
wants."""

import subprocess
import sys


def main():
    with subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE, text=True) as exe:
        assert exe.stdout.readline() == "ready\n"
        command = [word.replace("@PID@", str(exe.pid)) for word in sys.argv[2:]]
        result = subprocess.run(command, timeout=90)
        print("status", result.returncode)
        exe.kill()


main()
