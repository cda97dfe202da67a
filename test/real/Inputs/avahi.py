"""avahi.py SOCKET PID ask COMMAND: what the daemon answers on its socket.
avahi.py SOCKET PID leave: a client sends more than the daemon can hold of a
line and goes away; is the daemon busy afterwards? Prints "spins" or "idle"."""

import select
import socket
import sys

LONGEST_LINE = 20 * 1024  # BUFFER_SIZE of avahi-daemon
SPAN_SECONDS = 0.5


def used_ticks(pid):
    with open("/proc/%s/stat" % pid) as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def main(path, pid, action, *words):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        if action == "ask":
            client.sendall(" ".join(words).encode() + b"\n")
            print(client.makefile().readline().strip())
            return
        client.sendall(b"x" * LONGEST_LINE)
    before = used_ticks(pid)
    select.select([], [], [], SPAN_SECONDS)
    print("spins" if used_ticks(pid) - before > 2 else "idle")


main(*sys.argv[1:])
