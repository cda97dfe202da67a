#!/usr/bin/env python3
"""cut-anywhere.py PATCH SCRATCH PID: tries PATCH cut off everywhere.

Every prefix, and every prefix whose header says that it is complete, must be
refused with status 1 and one error line that names the file.
"""

import struct
import subprocess
import sys

CHECKSUM, TOTAL_SIZE = 144, 160


def main():
    whole = open(sys.argv[1], "rb").read()
    elf = struct.unpack_from("<I", whole, 152)[0]
    # Padding at the end may go.
    needed = len(whole.rstrip(b"\0"))
    for size in list(range(0, elf + 64, 17)) + list(range(elf + 64, needed, 13)):
        for is_adjusted in (False, True):
            part = bytearray(whole[:size])
            if is_adjusted and size >= 504:
                struct.pack_into("<I", part, TOTAL_SIZE, size)
                struct.pack_into("<I", part, CHECKSUM, 0)
            with open(sys.argv[2], "wb") as file:
                file.write(part)
            result = subprocess.run(
                ["libcare-ctl", "patch", "--dry-run", "-p", sys.argv[3], sys.argv[2]],
                capture_output=True,
                text=True,
            )
            errors = [l for l in result.stderr.splitlines() if ": error: " in l]
            if result.returncode != 1 or len(errors) != 1 or sys.argv[2] not in errors[0]:
                sys.exit("%d bytes: %r" % (size, result))


main()
