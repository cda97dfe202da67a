#!/usr/bin/python3
"""many_processes.py --build DIR [--processes 1000]

How long one libcare-ctl takes to patch many processes of one program.

Builds a small program with libcare-cc and its patch, starts the processes,
each asleep in read(), patches all of them with one command, and takes the
patch off again with another. Checks after each that every process runs the
code that it should. Prints the times of the commands, from start to end.
With --limit SECONDS the exit status is 1 if patching takes longer.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

PROGRAM = """
#include <stdio.h>
#include <unistd.h>
__attribute__((noipa)) const char *word(void) { return "%s"; }
int main(void) {
  char line;
  setvbuf(stdout, NULL, _IOLBF, 0);
  do
    puts(word());
  while (read(0, &line, 1) == 1);
}
"""


def build_program(build, folder):
    """Returns the program and its patch."""
    make_kpatch = os.path.join(os.path.dirname(__file__), "../test/tools/make-kpatch")
    for version in ("old", "new"):
        with open("%s/%s.c" % (folder, version), "w") as file:
            file.write(PROGRAM % version)
    subprocess.run(
        [sys.executable, make_kpatch, "old.c", "new.c", folder],
        cwd=folder,
        check=True,
        env=dict(os.environ, PATH=build + "/bin:" + os.environ["PATH"]),
    )
    return folder + "/original/prog", folder + "/prog.kpatch"


def start(program, count):
    processes = [
        subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
        )
        for _ in range(count)
    ]
    for process in processes:
        expect(process, b"old\n")
    return processes


def expect(process, word):
    answer = process.stdout.readline()
    if answer != word:
        sys.exit(
            "many_processes.py: error: process %d says %r (expected %r)"
            % (process.pid, answer, word)
        )


def ask_all(processes, word):
    for process in processes:
        process.stdin.write(b"x")
        process.stdin.flush()
    for process in processes:
        expect(process, word)


def change_all(command, processes):
    """Seconds from start to end of one command."""
    begin = time.monotonic()
    result = subprocess.run(command, text=True, capture_output=True)
    seconds = time.monotonic() - begin
    done = result.stdout.count(" patch hunk(s) ")
    if result.returncode != 0 or done != len(processes):
        sys.exit(
            "%smany_processes.py: error: status %d, %d of %d processes changed"
            % (result.stderr, result.returncode, done, len(processes))
        )
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("--build", required=True)
    parser.add_argument("--processes", type=int, default=1000)
    parser.add_argument("--limit", type=float, help="seconds that patching may take")
    arguments = parser.parse_args()
    build = os.path.abspath(arguments.build)
    ctl = build + "/bin/libcare-ctl"
    # Two pipes for each process.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    processes = []
    with tempfile.TemporaryDirectory(prefix="libcare-many-") as folder:
        program, patch = build_program(build, folder)
        try:
            processes = start(program, arguments.processes)
            pids = ",".join(str(process.pid) for process in processes)
            patched = change_all([ctl, "patch", "-p", pids, patch], processes)
            ask_all(processes, b"new\n")
            unpatched = change_all([ctl, "unpatch", "-p", pids], processes)
            ask_all(processes, b"old\n")
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.wait()
    print(
        "%d processes: patched in %.2f s, unpatched in %.2f s"
        % (arguments.processes, patched, unpatched)
    )
    if arguments.limit and patched > arguments.limit:
        sys.exit("many_processes.py: error: more than %g s" % arguments.limit)


main()
