"""dns.py PORT NAME: asks the server on this host for the address of NAME and
prints it, or the code of the answer if there is none."""

import socket
import struct
import sys

port, name = int(sys.argv[1]), sys.argv[2]
labels = b"".join(
    bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")
)
query = struct.pack(">6H", 4711, 0x100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
    peer.settimeout(5)
    peer.sendto(query, ("127.0.0.1", port))
    answer = peer.recv(4096)
_, flags, _, answers, _, _ = struct.unpack(">6H", answer[:12])
if answers:
    print(".".join(map(str, answer[-4:])))
else:
    print("code %d" % (flags & 15))
