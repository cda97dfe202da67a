#!/bin/sh
# patch-and-unpatch.sh N PID PATCH: patches and unpatches a process N times.
for _ in $(seq "$1"); do
  libcare-ctl patch -p "$2" "$3" || exit
  libcare-ctl unpatch -p "$2" || exit
done
