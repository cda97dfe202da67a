"""kill-at-random.py N COMMAND...: runs COMMAND N times and kills it with
SIGKILL after up to 30 ms, each time a little later."""

import subprocess
import sys

count = int(sys.argv[1])
for round_number in range(count):
    process = subprocess.Popen(
        sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(timeout=0.03 * round_number / count)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
