#!/bin/sh
# until-done.sh COMMAND...: repeats the command until it succeeds (a hundred
# times at most), and prints what it said last.
for _ in $(seq 100); do
  said=$("$@" 2>&1) && break
done
echo "$said"
