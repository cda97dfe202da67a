#!/bin/sh
# no-forced-writes.sh TRACE PID PATCH: patches, unpatches and patches again in a
# kernel that forbids forced writes.
trace=$1 pid=$2 patch=$3
forbidden() {
  strace -f -qq -o "$trace" -e inject=pwrite64:error=EPERM "$@"
}
forbidden libcare-ctl patch -p "$pid" "$patch" &&
  forbidden libcare-ctl unpatch -p "$pid" &&
  ! forbidden libcare-ctl patch -p "$pid" "$patch"
