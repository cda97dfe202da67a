"""Builds original, patched versions and .kpatch files as a user does.

The project is a handful of sources in one folder. It is built once with
KPATCH_STAGE=original, then for each patched version the changed sources are
put in place and it is built again with KPATCH_STAGE=patched, same commands,
same folder; the post-link pass makes a patch from each pair of binaries.

    OUT/build/        sources, objects and what libcare-cc keeps
    OUT/original/     binaries that run
    OUT/patched-N/    binaries of version N
    OUT/patch-N/      <build-id>.kpatch of version N, id 000N
"""

import os
import re
import shutil
import subprocess
import sys

# `#if PATCHED` or `#if PATCHED >= 2` ... `#else` ... `#endif // PATCHED`
# selects lines of a version before the compiler sees the file, so that two
# versions are two texts under one name, like before and after a source patch.
CONDITION = re.compile(r"\s*#if PATCHED(?:\s*(==|>=|<|!=)\s*(\d+))?\s*$")
SECTION = re.compile(r"(?://|#|;|!)--- (\S+)\s*$")


def fail(problem, output=""):
    tool = os.path.basename(sys.argv[0])
    sys.exit("%s%s: error: %s" % (output, tool, problem))


def holds(operator, number, version):
    if operator is None:
        return version >= 1
    number = int(number)
    return {
        "==": version == number,
        "!=": version != number,
        ">=": version >= number,
        "<": version < number,
    }[operator]


def select_version(text, version):
    """The text of one version of a source file."""
    lines, state = [], None  # None: outside; True/False: keep these lines
    for line in text.splitlines(keepends=True):
        condition = CONDITION.match(line)
        if condition:
            state = holds(condition.group(1), condition.group(2), version)
        elif state is not None and line.strip() == "#else // PATCHED":
            state = not state
        elif state is not None and line.strip() == "#endif // PATCHED":
            state = None
        elif state is not False:
            lines.append(line)
    return "".join(lines)


def count_versions(text):
    """How many patched versions a text speaks of, at least one."""
    conditions = [CONDITION.match(line) for line in text.splitlines()]
    numbers = [int(c.group(2)) for c in conditions if c and c.group(2)]
    return max(numbers + [1])


def split_sections(path):
    """{file name: text} of a test file; without sections it is the program."""
    with open(path) as file:
        lines = file.readlines()
    sections, name = {}, None
    for line in lines:
        section = SECTION.match(line)
        if section:
            name = section.group(1)
            sections[name] = ""
        elif name:
            sections[name] += line
    if not sections:
        suffix = os.path.splitext(path)[1]
        sections["prog" + suffix] = "".join(lines)
    return sections


class Project:
    """Sources by name; lib*.c become shared libraries, the rest `prog`.

    libfoo-one.c and libfoo-two.c are two units of libfoo.so.
    """

    def __init__(self, out, flags, environment=None, link_flags=None):
        self.out = os.path.abspath(out)
        self.flags = flags
        self.link_flags = link_flags or []
        self.environment = environment or {}
        self.build = os.path.join(self.out, "build")
        shutil.rmtree(self.out, ignore_errors=True)
        os.makedirs(self.build)

    def run(self, arguments, stage=None):
        environment = dict(os.environ, **self.environment)
        if stage:
            environment["KPATCH_STAGE"] = stage
        result = subprocess.run(
            arguments,
            cwd=self.build,
            env=environment,
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if result.returncode != 0:
            stage = "KPATCH_STAGE=%s " % stage if stage else ""
            command = stage + " ".join(arguments)
            fail("status %d: %s" % (result.returncode, command), result.stdout)
        return result.stdout

    def build_version(self, sources, folder, stage):
        """Compiles and links everything, as a makefile would."""
        for name, text in sources.items():
            with open(os.path.join(self.build, name), "w") as file:
                file.write(text)
        units = [n for n in sources if n.endswith((".c", ".cpp", ".s", ".S"))]
        libraries = [n for n in units if n.startswith("lib")]
        inputs = os.path.join(
            os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
            "end-to-end",
            "Inputs",
        )
        has_cpp = any(n.endswith(".cpp") for n in units)
        linker = "libcare-c++" if has_cpp else "libcare-cc"
        objects, parts = [], {}  # of libraries, by name
        for unit in units:
            stem, suffix = os.path.splitext(unit)
            driver = "libcare-c++" if suffix == ".cpp" else "libcare-cc"
            pic = ["-fPIC"] if unit in libraries else []
            self.run(
                [driver, "-I", inputs]
                + self.flags
                + pic
                + ["-c", unit, "-o", stem + ".o"],
                stage,
            )
            if unit in libraries:
                parts.setdefault(stem.partition("-")[0] + ".so", []).append(stem + ".o")
            else:
                objects.append(stem + ".o")
        for library, units in parts.items():
            self.run([linker] + self.flags + ["-shared", "-o", library] + units, stage)
        binaries = list(parts)
        library_objects = ["./" + library for library in parts]
        if objects:
            self.run(
                [linker] + self.flags + ["-o", "prog"] + objects + library_objects
                + ["-Wl,-rpath,$ORIGIN"] * bool(libraries) + self.link_flags,
                stage,
            )
            binaries.append("prog")
        target = os.path.join(self.out, folder)
        os.makedirs(target, exist_ok=True)
        for binary in binaries:
            shutil.copy2(os.path.join(self.build, binary), target)
        return binaries

    def make_patches(self, binaries, version):
        """Returns {binary: .kpatch file} of those that have something."""
        folder = os.path.join(self.out, "patch-%d" % version)
        os.makedirs(folder, exist_ok=True)
        patches = {}
        for binary in binaries:
            original = os.path.join(self.out, "original", binary)
            patched = os.path.join(self.out, "patched-%d" % version, binary)
            if ".kpatch.info" not in self.run(["llvm-readelf", "-SW", patched]):
                continue
            name = os.path.join(folder, build_id(original) + ".kpatch")
            self.run(
                ["libcare-link", "-i", "%04d" % version, "-o", name]
                + [original, patched]
            )
            patches[binary] = name
        if not patches:
            fail("version %d: no binary has a patch in it" % version)
        return patches


def build_id(path):
    notes = subprocess.check_output(["llvm-readelf", "-n", path], text=True)
    found = re.search(r"Build ID: ([0-9a-f]+)", notes)
    if not found:
        fail("%s: no build-id" % path)
    return found.group(1)
