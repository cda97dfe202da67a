"""Commands that the measurements run; a failure ends the measurement."""

import os
import subprocess
import sys


def run(command, **keywords):
    """Returns what the command says on both streams."""
    result = subprocess.run(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **keywords
    )
    if result.returncode != 0:
        sys.exit(
            "%s%s: error: status %d: %s"
            % (
                result.stdout,
                os.path.basename(sys.argv[0]),
                result.returncode,
                " ".join(command),
            )
        )
    return result.stdout
