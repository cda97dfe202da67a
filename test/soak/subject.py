# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the reliability tests share: the target that knows its right answers
(target.c), libcare-ctl, and libcare-ctl hit at one of its system calls
(at-call.c)."""

import collections
import json
import mmap
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tools"))

import hotpatch_build

TIMEOUT_SECONDS = 30
THREADS_MAX = 16
ATTEMPTS_MAX = 20

# What the target says of itself, and the patches that `info` must show for it.
VERSIONS = ["old", "new", "newer"]
APPLIED = {"old": [], "new": ["0001"], "newer": ["0002"]}

# What is done, and to whom: one that has never seen a patch, that had the first
# one before, or that has it.
STARTS = [
    ("patch", "fresh"),
    ("patch", "removed"),
    ("unpatch", "patched"),
    ("replace", "patched"),
]
# What it is before, and what it is after.
OUTCOMES = {
    "patch": ["old", "new"],
    "unpatch": ["new", "old"],
    "replace": ["new", "newer"],
}

Result = collections.namedtuple("Result", "status out err")
# What at-call did: name of the call, its place; name None if the command ended.
Hit = collections.namedtuple("Hit", "name result")


class Wrong(Exception):
    """The target died, or computed something wrong, or is not settled."""

    def __init__(self, kind, text):
        super().__init__("%s: %s" % (kind, text))
        self.kind = kind


def syscall_names():
    text = subprocess.run(
        ["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.findall(r"^#define __NR_(\w+) (\d+)$", text, re.M)
    return {int(number): name for name, number in found}


class Workshop:
    """A folder with the target, its two patches, and at-call."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.at_call_exe = os.path.join(folder, "at-call")
        self.names = syscall_names()
        self.numbers = {name: number for number, name in self.names.items()}
        self.build()

    def build(self):
        source = os.path.join(HERE, "Inputs/at-call.c")
        subprocess.run(["gcc", "-O2", source, "-o", self.at_call_exe], check=True)
        with open(os.path.join(HERE, "Inputs/target.c")) as file:
            text = file.read()
        project = hotpatch_build.Project(os.path.join(self.folder, "target"), ["-O2"])
        binaries = project.build_version({"prog.c": text}, "original", "original")
        self.exe = os.path.join(project.out, "original/prog")
        self.patches = []
        for number in 1, 2:
            new = text.replace("#define PATCHED 0", "#define PATCHED %d" % number)
            project.build_version({"prog.c": new}, "patched-%d" % number, "patched")
            self.patches += project.make_patches(binaries, number).values()

    def ctl(self, *words):
        done = subprocess.run(
            ["libcare-ctl", *words], capture_output=True, text=True, timeout=60
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def at_call(self, action, place, *words):
        """libcare-ctl WORDS with `action` at one of its calls: the number of
        the call, or NAME:N."""
        if isinstance(place, str):
            name, number = place.split(":")
            place = "%s@%d" % (number, self.numbers[name])
        report = os.path.join(self.folder, "report.%d" % os.getpid())
        done = subprocess.run(
            [self.at_call_exe, report, action, str(place), "libcare-ctl", *words],
            capture_output=True,
            text=True,
            timeout=60,
        )
        with open(report) as file:
            lines = file.read().splitlines()
        result = Result(done.returncode, done.stdout, done.stderr)
        if action == "none":
            return [self.names[int(line.split()[0])] for line in lines]
        name = None
        if lines and lines[0] != "-":
            name = self.names.get(int(lines[0].split()[0]), "?")
        return Hit(name, result)

    def target(self, mode):
        return Target(self, mode)


class Target:
    """A running target, and its board."""

    def __init__(self, workshop, mode):
        self.workshop = workshop
        self.mode = mode
        self.has = "old"
        with tempfile.TemporaryFile(dir=workshop.folder) as file:
            file.truncate(mmap.PAGESIZE)
            self.board = mmap.mmap(file.fileno(), mmap.PAGESIZE)
            os.set_inheritable(file.fileno(), True)
            self.process = subprocess.Popen(
                [workshop.exe, "/proc/self/fd/%d" % file.fileno(), mode],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[file.fileno()],
            )
        self.pid = str(self.process.pid)
        self.wait(lambda: self.number(2 * THREADS_MAX) > 0, "to start")
        self.progress()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def number(self, index):
        return struct.unpack_from("<Q", self.board, 8 * index)[0]

    def wrong_answer(self):
        offset = 8 * (2 * THREADS_MAX + 1)
        text = self.board[offset : offset + 256]
        return text.split(b"\0")[0].decode(errors="replace")

    def check(self):
        if self.wrong_answer():
            raise Wrong("wrong result", self.wrong_answer())
        if self.process.poll() is not None:
            raise Wrong("crash", "the target ended: %d" % self.process.returncode)

    def wait(self, condition, what):
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise Wrong("hang", "the target does not get %s" % what)
            time.sleep(0.0003)
        self.check()

    def progress(self, rounds=1):
        """Every thread ends so many rounds from now on."""
        count = self.number(2 * THREADS_MAX)
        start = [self.number(index) for index in range(count)]
        self.wait(
            lambda: all(self.number(i) >= start[i] + rounds for i in range(count)),
            "further",
        )

    def version(self):
        """What all threads see in a round that began after now."""
        self.progress(2)
        count = self.number(2 * THREADS_MAX)
        seen = {self.number(THREADS_MAX + index) for index in range(count)}
        number = seen.pop()
        return "mixed" if seen or number >= len(VERSIONS) else VERSIONS[number]

    def patches(self):
        """As `info` tells: (id, state) of each."""
        result = self.workshop.ctl("info", "--json", "-p", self.pid)
        if result.status != 0:
            raise Wrong("unsettled", "info: %s" % result.err)
        (process,) = json.loads(result.out)["processes"]
        return [
            (patch["id"], patch["state"])
            for item in process["objects"]
            for patch in item["patches"]
        ]

    def ctl(self, *words):
        return self.workshop.ctl(*self.command(*words))

    def command(self, name, *words):
        """`patch` puts the first patch in, `replace` the second in its place."""
        first, second = self.workshop.patches
        if name == "replace":
            return ["patch", "--replace", *words, "-p", self.pid, second]
        return [name, *words, "-p", self.pid] + [first] * (name == "patch")

    def must(self, *words):
        for _ in range(ATTEMPTS_MAX):
            result = self.ctl(*words)
            if result.status != 3:  # not safe now: try again
                break
        if result.status != 0:
            raise Wrong(
                "unsettled", "%s: status %d: %s" % (words, result.status, result.err)
            )
        return result

    def settled_version(self):
        """One of VERSIONS, if code and `info` agree on it. Memory of patches that
        are off may be kept: what could not be proved in one search is left to
        the next."""
        version, patches = self.version(), self.patches()
        current = [patch for patch in patches if patch[1] != "removed"]
        expected = [(name, "applied") for name in APPLIED.get(version, ["mixed"])]
        if current != expected:
            raise Wrong("unsettled", "is %s, info says %s" % (version, patches))
        return version

    def become(self, version):
        """`old` or `new`, whatever it is now."""
        if self.has != version and self.has != "old":
            self.must("unpatch")
        if self.has != version and version != "old":
            self.must("patch")
        self.has = version

    def memory(self):
        """The memory map, and what is in it of code."""
        with open("/proc/%s/maps" % self.pid) as file:
            lines = [l for l in file if "[heap]" not in l and "[stack]" not in l]
        code = []
        with open("/proc/%s/mem" % self.pid, "rb", buffering=0) as memory:
            for line in lines:
                found = re.match(r"(\w+)-(\w+) r-xp .* /", line)
                if found:
                    start, end = (int(word, 16) for word in found.groups())
                    memory.seek(start)
                    code.append(hash(memory.read(end - start)))
        return lines, code

    def end(self):
        self.process.kill()
        self.process.wait()
        self.board.close()


def fail(text):
    sys.exit("%s: error: %s" % (os.path.basename(sys.argv[0]), text))
