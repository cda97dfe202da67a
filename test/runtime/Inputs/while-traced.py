#!/usr/bin/env python3
"""while-traced.py PID COMMAND...: runs COMMAND while strace traces PID."""

import subprocess
import sys
import time


def is_traced(pid):
    return "TracerPid:\t0\n" not in open("/proc/%s/status" % pid).read()


def main():
    pid = sys.argv[1]
    tracer = subprocess.Popen(["strace", "-qq", "-o", "/dev/null", "-p", pid])
    try:
        while not is_traced(pid):
            time.sleep(0.005)
        print("status", subprocess.run(sys.argv[2:]).returncode)
    finally:
        tracer.terminate()
        tracer.wait()


main()
