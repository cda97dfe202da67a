"""mqtt.py PORT publish N: sends one QoS 2 message N times, marked as a
duplicate, and prints what the broker answers to each."""

import socket
import sys


def main():
    port, count = int(sys.argv[1]), int(sys.argv[3])
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connect = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x05probe"
    connection.sendall(b"\x10" + bytes([len(connect)]) + connect)
    if connection.recv(4)[:1] != b"\x20":
        sys.exit("no CONNACK")
    publish = b"\x00\x05topic\x00\x01message"
    answers = []
    for _ in range(count):
        connection.sendall(b"\x3c" + bytes([len(publish)]) + publish)
        try:
            answer = connection.recv(4)
        except OSError:
            answer = b""
        answers.append({b"\x50": "pubrec", b"": "closed"}.get(answer[:1], "other"))
    print(" ".join(answers))


main()
