#!/bin/sh
# until-refused.sh CODE COMMAND...: repeats the command until it is refused with
# this code (five thousand times at most), and prints what it said last.
code=$1
shift
for _ in $(seq 5000); do
  said=$("$@" 2>&1)
  case $said in *"[$code]"*) break ;; esac
done
echo "$said"
