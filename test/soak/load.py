#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""load.py FOLDER [SERVER...]: servers under load, patched again and again.

Each server (servers.py) runs with a patch of a function that serves requests
put in and taken off 1,000 times while clients ask it for what goes through that
function, without a pause: our own client (Inputs/load-client.c), for PostgreSQL
its pgbench. No request may fail. Prints the latencies without and with the
patching going on: the longest one, and the one that 999 of 1,000 requests stay
below.

    redis        PFADD and PFCOUNT
    nginx        a rewrite with a capture
    memcached    set and get
    postgresql   pgbench's reading transactions; all processes of the server are
                 patched

    --cycles=N   patch and unpatch so many times
    --build-only only make what is needed: programs and patches
    --builds=DIR where the builds are, or are put (default: FOLDER)
    --seconds=N  end each server early after so long, and say so

Status 0 if no request failed and every patch and unpatch succeeded.
"""

import argparse
import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from servers import HERE, SERVERS, TIMEOUT_SECONDS

QUIET_SECONDS = 20  # without patching, to compare with


class ClientLoad:
    """Our client with many connections, from `with` to its end; then `numbers`."""

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


class PgbenchLoad:
    """pgbench, again and again for some seconds; each time with new connections,
    and so with new processes of the server."""

    def __init__(self, server, _):
        self.server = server
        self.failed, self.latencies = 0, []
        self.is_ending = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def once(self, seconds):
        count = str(self.server.connections)
        prefix = os.path.join(self.server.home, "latencies")
        words = ["-h", self.server.address, "-U", "postgres", "-S", "-n"]
        words += ["-c", count, "-j", "2", "-T", str(seconds), "-l", "--log-prefix", prefix]
        status, output = self.server.command("pgbench", *words, "postgres")
        told = re.search("number of failed transactions: ([0-9]+)", output)
        if status != 0 or not told:
            print("%spostgresql: pgbench: status %d" % (output, status), flush=True)
        self.failed += int(told.group(1)) if status == 0 and told else 1
        for path in glob.glob(prefix + "*"):
            with open(path) as file:
                self.latencies += [int(line.split()[2]) for line in file]
            os.unlink(path)

    def run(self):
        while not self.is_ending.is_set():
            self.once(5)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_ending.set()
        self.thread.join()
        self.latencies.sort()
        count = len(self.latencies)
        if count == 0:
            sys.exit("load.py: error: postgresql: no transaction was made")
        self.numbers = {
            "served": count,
            "failed": self.failed,
            "p50": self.latencies[count // 2],
            "p999": self.latencies[int(count * 0.999)],
            "max": self.latencies[-1],
        }


def change(server, command, attempts_max=20):
    """One patch or unpatch; the microseconds for which each process that was
    changed stood still."""
    words = ["libcare-ctl", command, "--json", *server.chosen()]
    if command == "patch":
        words.append(os.path.join(server.source, "patchroot"))
    frozen = []
    for _ in range(attempts_max):
        done = subprocess.run(words, capture_output=True, text=True)
        failed = {}
        for process in json.loads(done.stdout)["processes"]:
            if process["outcome"] == "done":
                frozen.append(process["frozen_us"])
            elif process["outcome"] != "gone":  # a server ends some of its own
                failed[process["pid"]] = process.get("error", {}).get("kind")
        if set(failed.values()) != {"not_safe_now"}:
            break
    if any(failed.values()) or not frozen:
        sys.exit("load.py: error: %s: %s: %s" % (server.name, command, done.stderr or done.stdout))
    return frozen


def cycles(server, count, seconds):
    """How many were made, and the times of all stops in order of length."""
    frozen = []
    deadline = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > deadline:
            print("%s: out of time after %d of %d cycles" % (server.name, number, count))
            return number, sorted(frozen)
        for command in "patch", "unpatch":
            frozen += change(server, command)
    return count, sorted(frozen)


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
    server.run()
    try:
        load_of = ClientLoad
        if server.name == "postgresql":
            server.fill()
            load_of = PgbenchLoad
        with load_of(server, client) as load:
            begin = time.monotonic()
            time_left = arguments.seconds - QUIET_SECONDS
            number, frozen = cycles(server, arguments.cycles, time_left)
            duration = time.monotonic() - begin
        with load_of(server, client) as quiet:
            time.sleep(min(duration, QUIET_SECONDS))
    finally:
        server.end()
    row(server.name, "without patching", quiet.numbers)
    row(server.name, "with %d cycles" % number, load.numbers)
    if frozen:
        print(
            "%-10s %d stops, for %d us (median), %d us (longest)"
            % (server.name, len(frozen), frozen[len(frozen) // 2], frozen[-1])
        )
    return load.numbers["failed"] + quiet.numbers["failed"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("servers", nargs="*", help="default: all")
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--builds")
    parser.add_argument("--build-only", action="store_true")
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
        server = kind(arguments.builds or folder, own)
        server.build()
        if not arguments.build_only:
            failed += run(server, client, arguments)
    print("%d requests failed" % failed)
    raise SystemExit(1 if failed else 0)


main()
