#!/usr/bin/env python3
"""in-container.py LOG PID STEP...: step.py for the first process in the process
namespace that PID (unshare --fork) made; @INSIDE@ in a step is its number
outside."""

import os
import sys

pid = open("/proc/%s/task/%s/children" % (sys.argv[2], sys.argv[2])).read().split()[0]
for line in open("/proc/%s/status" % pid):
    if line.startswith("NSpid:"):
        print("inside it is process", line.split()[-1], flush=True)
steps = [word.replace("@INSIDE@", pid) for word in sys.argv[3:]]
step = os.path.join(os.path.dirname(os.path.abspath(__file__)), "step.py")
os.execv(sys.executable, [sys.executable, step, sys.argv[1], pid] + steps)
