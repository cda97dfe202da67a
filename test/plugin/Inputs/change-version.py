"""change-version.py PLUGIN COPY: a copy that claims to be built for GCC 0.0.0.

The version is the NUL-terminated string in front of the date of the compiler's
snapshot, as plugin-version.h defines them.
"""

import re
import subprocess
import sys

version = subprocess.check_output(["gcc", "-dumpfullversion"], text=True).strip()
zeros = re.sub("[0-9]", "0", version).encode()
content = open(sys.argv[1], "rb").read()
pattern = b"\0" + re.escape(version.encode()) + b"\0"
changed, count = re.subn(pattern, b"\0" + zeros + b"\0", content)
assert count > 0, "no version in the plugin"
open(sys.argv[2], "wb").write(changed)
