#!/usr/bin/python3
"""build_cost.py [OPTIONS]: what building redis costs with libcare-cc.

Builds Debian's redis with its own flags and `make -j2`, by plain gcc and by
libcare-cc in turns, and prints the ratios of wall and processor time, median
of the pairs: the original stage, and the patched stage with a security fix of
the package applied. Dependencies are built once, before.

    --pairs=N     default: 5
    --objects=N   only the N largest objects, without linking, and without the
                  time of a make that finds nothing to do (default: all of
                  redis-server, redis-cli and redis-benchmark)
    --jobs=N      for make (default: 2)
    --work=DIR    default: /tmp/libcare-build-cost
    --bin=DIR     our programs (default: build/bin of this checkout)
"""

import argparse
import glob
import os
import statistics
import subprocess
import sys
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(PROJECT, "test", "tools"))

import source_package

LPMAKEFILE = os.path.join(PROJECT, "samples", "redis", "lpmakefile")
PATCH = "0006-CVE-2025-32023.patch"
ASKED = {"original": 1.05, "patched": 1.10}


class Build:
    def __init__(self, arguments):
        self.arguments = arguments
        self.tree = os.path.join(arguments.work, "redis")
        if not os.path.isdir(self.tree):
            downloads = os.path.join(arguments.work, "packages")
            source_package.unpack("redis", downloads, self.tree, is_patched=True)
            self.patch("-R")
        self.targets = []
        self.idle = (0, 0)  # wall and processor time that do not count
        self.run_make("gcc", None)  # what is there already stays
        if arguments.objects:
            objects = glob.glob(os.path.join(self.tree, "src", "*.o"))
            objects.sort(key=os.path.getsize, reverse=True)
            self.targets = [os.path.basename(o) for o in objects[: arguments.objects]]
            self.idle = self.timed("gcc", None)

    def patch(self, *direction):
        path = os.path.join(self.tree, "debian", "patches", PATCH)
        command = ["patch", "-s", "-p1", *direction, "-i", path]
        subprocess.run(command, cwd=self.tree, check=True)

    def clean(self):
        for path in glob.glob(os.path.join(self.tree, "src", "*.o")):
            os.unlink(path)

    def run_make(self, compiler, stage):
        environment = dict(os.environ, CC=compiler)
        environment["PATH"] = self.arguments.bin + ":" + os.environ["PATH"]
        if stage:
            environment["KPATCH_STAGE"] = stage
        command = ["make", "-f", LPMAKEFILE, "-j%d" % self.arguments.jobs]
        if self.targets:
            command.append("programs=" + " ".join(self.targets))
        result = subprocess.run(
            command,
            cwd=self.tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if result.returncode != 0:
            sys.exit("build_cost.py: error: make failed:\n" + result.stdout[-2000:])

    def timed(self, compiler, stage):
        started, used = time.monotonic(), sum(os.times()[2:4])
        self.run_make(compiler, stage)
        return time.monotonic() - started, sum(os.times()[2:4]) - used

    def measure(self, compiler, stage):
        """Wall and processor seconds of one build from clean."""
        self.clean()
        times = self.timed(compiler, stage)
        return [spent - idle for spent, idle in zip(times, self.idle)]

    def compare(self, stage):
        pairs = []
        for number in range(self.arguments.pairs):
            builds = [("gcc", None), ("libcare-cc", stage)]
            times = {}
            for compiler, kind in builds if number % 2 == 0 else builds[::-1]:
                times[compiler] = self.measure(compiler, kind)
            pairs.append((times["gcc"], times["libcare-cc"]))
        print("%s stage, %d pairs" % (stage, len(pairs)))
        for kind, name in enumerate(("wall", "processor")):
            plain = statistics.median(p[0][kind] for p in pairs)
            ours = statistics.median(p[1][kind] for p in pairs)
            ratio = statistics.median(p[1][kind] / p[0][kind] for p in pairs)
            print(
                "  %-9s gcc %6.1f s, libcare-cc %6.1f s, ratio %.3f (asked: %.2f)"
                % (name, plain, ours, ratio, ASKED[stage])
            )
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--objects", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", default="/tmp/libcare-build-cost")
    parser.add_argument("--bin", default=os.path.join(PROJECT, "build", "bin"))
    arguments = parser.parse_args()
    arguments.work = os.path.abspath(arguments.work)
    arguments.bin = os.path.abspath(arguments.bin)
    build = Build(arguments)
    build.compare("original")
    build.patch()
    build.compare("patched")
    build.patch("-R")


main()
