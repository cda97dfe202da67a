#!/usr/bin/env python3
"""on-terminal.py PROGRAM PATCH: patches an idle and a busy process by one
command, its standard error once a terminal and once a pipe. Prints what came
there, control characters as \\x."""

import os
import pty
import subprocess
import sys

program, patch = sys.argv[1:]


def start(*arguments):
    process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    return process


def all_of(descriptor):
    text = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # a terminal whose other end was closed
            part = b""
        if not part:
            return text.decode()
        text += part


def show(kind, open_ends, environment):
    processes = [start(), start("stays")]
    ours, theirs = open_ends()
    pids = ",".join(str(process.pid) for process in processes)
    command = subprocess.Popen(
        ["libcare-ctl", "patch", "-p", pids, "--timeout", "1.5", patch],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    text = all_of(ours)
    command.wait()
    for process in processes:
        process.kill()
        process.wait()
    print(kind)
    print(repr(text).replace("\\r[", "\n\\r["))


environment = {k: v for k, v in os.environ.items() if k != "CI"}
environment["TERM"] = "xterm"
show("terminal", pty.openpty, environment)
show("dumb", pty.openpty, dict(environment, TERM="dumb"))
show("pipe", os.pipe, environment)
