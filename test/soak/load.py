#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""load.py FOLDER [SERVER...]: servers under load, patched again and again.

Each server runs with the security fix of a real case (test/real) put in and
taken off 1,000 times while clients ask it for what goes through the patched
function, without a pause. No request may fail. Prints the latencies without and
with the patching going on: the longest one, and the one that 999 of 1,000
requests stay below.

    redis        PFADD, in the function that CVE-2025-32023 is about
    nginx        a rewrite with a capture, in that of CVE-2026-42945; what is asked
                 for has the same answer with and without the fix

    --cycles=N   patch and unpatch so many times
    --builds=DIR where run-cases has, or puts, the builds (default: FOLDER)
    --seconds=N  end each server early after so long, and say so

Status 0 if no request failed and every patch and unpatch succeeded.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RUN_CASES = os.path.join(os.path.dirname(HERE), "real/run-cases")
TIMEOUT_SECONDS = 30


def redis_command(*words):
    parts = ["$%d\r\n%s\r\n" % (len(word), word) for word in words]
    return "*%d\r\n%s" % (len(words), "".join(parts))


class Server:
    """One of them, from the build of a real case."""

    case = None  # name in test/real
    connections = 20

    def __init__(self, builds, folder):
        self.builds, self.folder = builds, folder
        self.process = None

    @property
    def source(self):
        return os.path.join(self.builds, self.case, "src")

    def build(self):
        if not os.path.isdir(os.path.join(self.source, "patchroot")):
            command = [sys.executable, RUN_CASES, "--work", self.builds, self.case]
            command += ["--bin", os.environ["LIBCARE_TEST_BUILD"] + "/bin"]
            subprocess.run(command, check=True)

    def start(self, *command):
        with open(os.path.join(self.folder, "server.log"), "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.source, "lpmake", command[0]), *command[1:]],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def pid(self):
        return str(self.process.pid)

    def end(self):
        self.process.terminate()
        self.process.wait(TIMEOUT_SECONDS)


class Redis(Server):
    name, case = "redis", "redis-32023"

    @property
    def address(self):
        return os.path.join(self.folder, "socket")

    def run(self):
        self.start(
            "usr/bin/redis-server", "--port", "0", "--unixsocket", self.address, "--save", "",
        )

    def request(self):
        return redis_command("PFADD", "visitors", "one", "two") + redis_command(
            "PFCOUNT", "visitors"
        )


class Nginx(Server):
    name, case = "nginx", "nginx-42945"
    address = "18080"

    def run(self):
        os.makedirs(os.path.join(self.folder, "logs"), exist_ok=True)
        os.makedirs(os.path.join(self.folder, "www"), exist_ok=True)
        template = os.path.join(os.path.dirname(RUN_CASES), "Inputs/nginx.conf")
        with open(template) as old, open(os.path.join(self.folder, "nginx.conf"), "w") as new:
            # Connections stay open however long it takes.
            text = old.read().replace("@HERE@", self.folder)
            new.write(
                text.replace("access_log off;", "access_log off; keepalive_requests 1000000000;")
            )
        self.start("usr/sbin/nginx", "-p", self.folder, "-c", "nginx.conf")

    def pid(self):
        """Of the worker."""
        children = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
        with open(children) as file:
            return file.read().split()[0]

    def request(self):
        return "GET /set/ab HTTP/1.1\r\nHost: localhost\r\n\r\n"


SERVERS = [Redis, Nginx]


class Load:
    """The clients, from `with` to its end; then `numbers`."""

    def __init__(self, server, client):
        self.server, self.client = server, client

    def __enter__(self):
        path = os.path.join(self.server.folder, "request")
        with open(path, "w", newline="") as file:
            file.write(self.server.request())
        command = [self.client, self.server.address, str(self.server.connections), path]
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while True:  # until the server listens
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            if self.process.stdout.readline() == "ready\n":
                return self
            error = self.process.communicate()[1]
            if time.monotonic() > deadline:
                sys.exit("load.py: error: %s: %s" % (self.server.name, error))
            time.sleep(0.05)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.numbers = json.loads(self.process.communicate(timeout=60)[0])


def change(server, pid, command, attempts_max=20):
    """One patch or unpatch; the microseconds for which the process stood still."""
    words = ["libcare-ctl", command, "--json", "-p", pid]
    if command == "patch":
        words.append(os.path.join(server.source, "patchroot"))
    for _ in range(attempts_max):
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 3:  # not safe now
            break
    if done.returncode != 0:
        sys.exit("load.py: error: %s: %s: %s" % (server.name, command, done.stderr or done.stdout))
    return json.loads(done.stdout)["processes"][0].get("frozen_us", 0)


def cycles(server, count, seconds):
    pid, frozen = server.pid(), []
    deadline = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > deadline:
            print("%s: out of time after %d of %d cycles" % (server.name, number, count))
            break
        for command in "patch", "unpatch":
            frozen.append(change(server, pid, command))
    return sorted(frozen)


def row(name, what, numbers):
    print(
        "%-10s %-20s %9d served, %d failed; p50 %d, p99.9 %d, longest %d us"
        % (
            (name, what, numbers["served"], numbers["failed"])
            + (numbers["p50"], numbers["p999"], numbers["max"])
        ),
        flush=True,
    )


def run(server, client, arguments):
    """The number of requests that failed."""
    server.build()
    server.run()
    try:
        with Load(server, client) as load:
            begin = time.monotonic()
            # As long again without patching.
            frozen = cycles(server, arguments.cycles, arguments.seconds / 2)
            duration = time.monotonic() - begin
        with Load(server, client) as quiet:
            time.sleep(duration)
    finally:
        server.end()
    row(server.name, "without patching", quiet.numbers)
    row(server.name, "with %d changes" % len(frozen), load.numbers)
    if frozen:
        print(
            "%-10s stopped for %d us (median), %d us (longest)"
            % (server.name, frozen[len(frozen) // 2], frozen[-1])
        )
    return load.numbers["failed"] + quiet.numbers["failed"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("servers", nargs="*")
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--builds")
    arguments = parser.parse_args()
    folder = os.path.abspath(arguments.folder)
    os.makedirs(folder, exist_ok=True)
    client = os.path.join(folder, "load-client")
    source = os.path.join(HERE, "Inputs/load-client.c")
    subprocess.run(["gcc", "-O2", source, "-o", client], check=True)
    failed = 0
    for kind in SERVERS:
        if arguments.servers and kind.name not in arguments.servers:
            continue
        own = os.path.join(folder, kind.name)
        os.makedirs(own, exist_ok=True)
        failed += run(kind(arguments.builds or folder, own), client, arguments)
    print("%d requests failed" % failed)
    raise SystemExit(1 if failed else 0)


main()
