#!/usr/bin/env python3
"""lock-others.py COMMAND...: runs COMMAND while this process and those that
started it are locked, as if a libcare-ctl were at work on each of them."""

import os
import socket
import subprocess
import sys

locks = []
pid = os.getpid()
while pid > 1:
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    lock.bind("\0libcare-ctl:%d" % pid)
    locks.append(lock)
    pid = int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[1])
sys.exit(subprocess.run(sys.argv[1:]).returncode)
