#!/bin/bash
# own-processes.sh COMMAND...: runs COMMAND among processes of its own.
#
# For commands that find processes by name or take all of them: $(pidof foo) in
# the walkthroughs, -p all. Where a process namespace cannot be had, one such
# test waits for the other.
set -eu
if unshare --pid --mount --fork --mount-proc true 2>/dev/null; then
  exec unshare --pid --mount --fork --kill-child --mount-proc "$@"
fi
exec 9>/tmp/libcare-own-processes.lock
flock 9
"$@"
