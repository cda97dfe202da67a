# lost-output.sh PID PATCH: patches with nowhere to report to, and looks.
libcare-ctl patch -p "$1" "$2" >/dev/full
echo "status $?"
libcare-ctl info -p "$1" | grep 'Patch id'
libcare-ctl info -p "$1" >/dev/full
echo "status $?"
