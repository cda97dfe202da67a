#!/bin/sh
# until-refused.sh CODE COMMAND...: repeats the command until it is refused with
# this code, and prints what it said then.
code=$1
shift
while :; do
  said=$("$@" 2>&1)
  case $said in *"[$code]"*) break ;; esac
done
echo "$said"
