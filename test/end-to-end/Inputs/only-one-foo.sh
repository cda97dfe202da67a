#!/bin/bash
# only-one-foo.sh COMMAND...: the walkthroughs say $(pidof foo), so only one of
# them may run at a time, in a process namespace of its own where there is one,
# so that another program named foo on this machine is not touched.
set -eu
exec 9>/tmp/libcare-walkthrough.lock
flock 9
if unshare --pid --mount --fork --mount-proc true 2>/dev/null; then
  exec unshare --pid --mount --fork --kill-child --mount-proc "$@" 9>&-
fi
"$@"
