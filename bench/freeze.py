#!/usr/bin/python3
"""freeze.py --build DIR [--threads 1,8,64,512] [--functions 100] [--many 10000]

How long libcare-ctl stops a process, against the least that stopping it costs,
and what the patch takes of its memory.

Builds the program of genprog.py with libcare-cc and its patch, then for each
number of threads starts it and takes turns: one measurement of the floor
(stopfloor), patch, floor, unpatch, so that both see the same machine. Prints a
table of medians in microseconds and of their ratio, and the pages that the patch
has in the process. Then the same for one thread and a patch of --many functions
(0: not). With --limit N the exit status is 1 if a ratio is larger (only the
thread counts in --limit-threads), with --many-limit US if the process with one
thread and many functions stands still for longer.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from command import run

BENCH = os.path.dirname(os.path.abspath(__file__))
FROZEN = re.compile(r"frozen_time is (\d+) microsecond")


def build_target(build, folder, functions):
    """Returns the original program and its patch."""
    run([sys.executable, os.path.join(BENCH, "genprog.py"), folder, str(functions)])
    libcare_cc = os.path.join(build, "bin", "libcare-cc")
    original = os.path.join(folder, "original")
    for stage in ("original", "patched"):
        if stage == "patched":
            os.replace(folder + "/prog.c.patched", folder + "/prog.c")
            run(["make", "clean"], cwd=folder)
        environment = dict(os.environ, KPATCH_STAGE=stage)
        run(["make", "CC=" + libcare_cc], cwd=folder, env=environment)
        shutil.copy(folder + "/prog", os.path.join(folder, stage))
    # One target program under the name that the patch is for.
    patch = os.path.join(folder, "prog.kpatch")
    run(
        [os.path.join(build, "bin", "libcare-link"), "-i", "bench", "-o", patch]
        + [original, os.path.join(folder, "patched")]
    )
    return original, patch


def frozen(ctl, words):
    """Time stopped and time of the whole command, in microseconds."""
    begin = time.monotonic()
    output = run([ctl, "-v"] + words)
    whole = (time.monotonic() - begin) * 1e6
    found = FROZEN.search(output)
    if not found:
        sys.exit(output + "freeze.py: error: libcare-ctl -v tells no frozen_time")
    return int(found.group(1)), whole


PART_NAMES = {"r--p": "header, journal and constants", "r-xp": "code", "rw-p": "data"}
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) .*")


def memory_of_patch(ctl, pid):
    """What the one patch of the process has there: {part: KiB}."""
    report = json.loads(run([ctl, "info", "--json", "-p", pid]))
    (patch,) = report["processes"][0]["objects"][0]["patches"]
    start = int(patch["region"], 16)
    sizes = {}
    with open("/proc/%s/maps" % pid) as file:
        for line in file:
            first, last, rights = MAPPING.match(line).groups()
            first, last = int(first, 16), int(last, 16)
            if start <= first < start + patch["region_size"]:
                name = PART_NAMES[rights]
                sizes[name] = sizes.get(name, 0) + (last - first) // 1024
    return sizes


def measure(build, program, patch, threads, rounds):
    """Medians (floor, patch, unpatch, whole patch command) in microseconds; and
    what the patch takes of memory."""
    ctl = os.path.join(build, "bin", "libcare-ctl")
    floor_tool = os.path.join(build, "bin", "stopfloor")
    target = subprocess.Popen([program, str(threads)], stdout=subprocess.PIPE)
    try:
        target.stdout.readline()
        pid = str(target.pid)
        floors, patches, unpatches, wholes = [], [], [], []
        memory = {}
        for _ in range(rounds):
            floors.append(int(run([floor_tool, pid, "5"])))
            patch_time, whole = frozen(ctl, ["patch", "-p", pid, patch])
            patches.append(patch_time)
            wholes.append(whole)
            memory = memory or memory_of_patch(ctl, pid)
            floors.append(int(run([floor_tool, pid, "5"])))
            unpatches.append(frozen(ctl, ["unpatch", "-p", pid])[0])
        times = (floors, patches, unpatches, wholes)
        return tuple(map(statistics.median, times)), memory
    finally:
        target.kill()
        target.wait()


def numbers(text):
    return [int(word) for word in text.split(",") if word]


def print_table(arguments, functions, thread_counts):
    """Measures; {threads: (floor, longer of patch and unpatch)}."""
    build = os.path.abspath(arguments.build)
    stops = {}
    with tempfile.TemporaryDirectory(prefix="libcare-freeze-") as folder:
        program, patch = build_target(build, folder, functions)
        print("Time stopped, %d functions, median microseconds" % functions)
        print("| threads | floor | patch | unpatch | patch / floor | whole command |")
        print("|---:|---:|---:|---:|---:|---:|")
        for threads in thread_counts:
            times, memory = measure(build, program, patch, threads, arguments.rounds)
            floor, patch_time, unpatch_time, whole = times
            stops[threads] = (max(floor, 1), max(patch_time, unpatch_time))
            ratio = patch_time / max(floor, 1)
            print(
                "| %d | %d | %d | %d | %.1f | %d |"
                % (threads, floor, patch_time, unpatch_time, ratio, whole),
                flush=True,
            )
        parts = ["%s %d" % part for part in sorted(memory.items())]
        print(
            "Memory of this patch in the process: %d KiB (%s); its file: %d KiB\n"
            % (sum(memory.values()), ", ".join(parts), os.path.getsize(patch) // 1024)
        )
    return stops


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("--build", required=True)
    parser.add_argument("--threads", default="1,8,64,512")
    parser.add_argument("--functions", type=int, default=100)
    parser.add_argument("--many", type=int, default=10000, help="functions; 0: none")
    parser.add_argument("--many-limit", type=float, help="microseconds")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--limit", type=float, help="largest ratio allowed")
    parser.add_argument("--limit-threads", default="1,8,64")
    arguments = parser.parse_args()
    stops = print_table(arguments, arguments.functions, numbers(arguments.threads))
    too_slow = [
        threads
        for threads, (floor, stop) in stops.items()
        if arguments.limit
        and threads in numbers(arguments.limit_threads)
        and stop > arguments.limit * floor
    ]
    many_stop = 0
    if arguments.many:
        many_stop = print_table(arguments, arguments.many, [1])[1][1]
    if too_slow:
        sys.exit(
            "freeze.py: error: more than %g times the floor with %s thread(s)"
            % (arguments.limit, ", ".join(map(str, too_slow)))
        )
    if arguments.many_limit and many_stop > arguments.many_limit:
        sys.exit(
            "freeze.py: error: %d us with %d functions (at most %g)"
            % (many_stop, arguments.many, arguments.many_limit)
        )


main()
