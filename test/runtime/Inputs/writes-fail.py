#!/usr/bin/env python3
"""writes-fail.py TRACE PID PATCH: patches with all writes failing from the Nth
on, for growing N, until that leaves a mixture; then recovers."""

import json
import subprocess
import sys

trace, pid, patch = sys.argv[1:]


def run(*command):
    result = subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return result.returncode, result.stdout


for number in range(1, 200):
    inject = "inject=pwrite64:error=ENOMEM:when=%d+" % number
    status, output = run(
        *("strace", "-f", "-qq", "-o", trace, "-e", inject),
        *("libcare-ctl", "patch", "-p", pid, patch),
    )
    if "kpatch-undo-failed" in output:
        break
    if status == 0:
        sys.exit("patched without a mixture, after %d tries: %s" % (number, output))
print(output + "status %d" % status)
status, output = run("libcare-ctl", "recover", "-v", "-p", pid)
print("recover\n" + output + "status %d" % status)
status, output = run("libcare-ctl", "info", "--json", "-p", pid)
(process,) = json.loads(output)["processes"]
print("patches:", [p["state"] for o in process["objects"] for p in o["patches"]])
