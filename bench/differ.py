#!/usr/bin/python3
"""differ.py --build DIR [--source sqlite3.c] [--compile] [--limit]

The differ on a very large file: sqlite3.c, before and after a line is added to sqlite3_stricmp.

Without --source the amalgamation is made from Debian's source package (needs a
deb-src entry and tclsh). Prints a table: the functions in the patch against
those whose instructions differ, counted independently from the assembly; the
time and the peak memory of kpatch_gensrc without and with -g, beside what is
stated for LibcarePlus. The line added is followed by #line, as
libcare-patch-make does it. --compile adds the time that the compiler takes
without and with the plugin when nothing has changed, and the functions in the
patch when the line is added by hand, without #line.
With --limit the exit status is 1 if a number misses what docs/design.md says.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from command import run

EDITED = "SQLITE_API int sqlite3_stricmp(const char *zLeft, const char *zRight){"
ADDED = "  if( zLeft==zRight ) return 0;"
LIMIT_SECONDS = {"": 0.3, "-g": 2.5}
STATED = {
    "": "109 functions, 1.1 s",
    "-g": "not finished after 9 minutes",
}
LIMIT_MEMORY = 6.0  # times the input


def fetch_source(folder):
    """Debian's source package; `make sqlite3.c` puts its files together."""
    run(["apt-get", "source", "-qq", "sqlite3"], cwd=folder)
    tree = next(e.path for e in os.scandir(folder) if e.is_dir())
    run(["./configure", "--disable-tcl"], cwd=tree)
    run(["make", "sqlite3.c"], cwd=tree)
    return os.path.join(tree, "sqlite3.c")


def write_versions(source, folder):
    for name in ("original", "patched"):
        os.mkdir(os.path.join(folder, name))
    shutil.copy(source, os.path.join(folder, "original", "sqlite3.c"))
    path = os.path.join(folder, "patched", "sqlite3.c")
    with open(path, "w", encoding="latin-1") as edited:
        for number, line in enumerate(open(source, encoding="latin-1"), 1):
            edited.write(line)
            if line.rstrip("\n") == EDITED:
                edited.write("%s\n#line %d\n" % (ADDED, number + 1))


def make_assembly(folder, flags):
    texts = []
    for name in ("original", "patched"):
        text = os.path.join(folder, name + flags + ".s")
        words = ["gcc", "-O2", "-S"] + flags.split() + ["sqlite3.c", "-o", text]
        run(words, cwd=os.path.join(folder, name))
        texts.append(text)
    return texts


def instructions(path):
    """Of each function, its instructions with all local labels made equal."""
    functions, name = {}, None
    for line in open(path, encoding="latin-1"):
        label = re.match(r"([A-Za-z_][\w.]*):$", line)
        if label:
            name = label.group(1)
            functions[name] = []
        elif name and line.startswith("\t.size\t%s," % name):
            name = None
        elif name and line[0] == "\t" and line[1] != ".":
            functions[name].append(re.sub(r"\.L\w+", ".L", line))
    return functions


def really_changed(before, after):
    old, new = instructions(before), instructions(after)
    changed = {name for name, code in new.items() if old.get(name) != code}
    return {name.split(".cold")[0] for name in changed}


def in_patch(report):
    rows = (line.split("\t") for line in open(report))
    return {row[1] for row in rows if row[0] != "part"}


def measure(command, times):
    """Median CPU seconds (one thread; the machine may have other work), and the
    largest peak memory in bytes. The latter counts from our own size, so that
    this comes before anything large is read."""
    seconds, peak = [], 0
    for _ in range(times):
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        seconds.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss * 1024)
        if status != 0:
            sys.exit("differ.py: error: failed: " + " ".join(command))
    return statistics.median(seconds), peak


def compile_seconds(gcc, source, output, extra):
    """User plus system: wall time measures the other work of the machine."""
    process = subprocess.Popen([gcc, "-O2", "-c", source, "-o", output] + extra)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        sys.exit("differ.py: error: the compile failed")
    return usage.ru_utime + usage.ru_stime


def measure_compile(build, folder):
    source = os.path.join(folder, "original", "sqlite3.c")
    plugin = os.path.join(build, "lib", "libcare_plugin.so")
    argument = "-fplugin-arg-libcare_plugin-"
    output = os.path.join(folder, "sqlite3.o")
    seconds = {"plain": [], "original": [], "patched": []}
    for _ in range(3):
        seconds["plain"].append(compile_seconds("gcc", source, output, []))
        for stage in ("original", "patched"):
            words = ["-fplugin=" + plugin, argument + "stage=" + stage]
            words.append(argument + "side=" + folder + "/.kpatch_sqlite3.o")
            seconds[stage].append(compile_seconds("gcc", source, output, words))
    plain = statistics.median(seconds["plain"])
    print("\ncompile, nothing changed (CPU seconds, median of 3)")
    for stage, list_of in seconds.items():
        median = statistics.median(list_of)
        print("  %-9s %7.2f  %5.3f times plain" % (stage, median, median / plain))
    edited = os.path.join(folder, "original", "edited.c")
    with open(edited, "w", encoding="latin-1") as file:
        for line in open(source, encoding="latin-1"):
            file.write(line + (ADDED + "\n" if line.rstrip("\n") == EDITED else ""))
    os.replace(edited, source)
    compile_seconds("gcc", source, output, words)
    report = os.path.join(folder, ".kpatch_sqlite3.o.patched.report")
    print("functions in the patch, line added without #line: %d" % len(in_patch(report)))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--source")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--limit", action="store_true")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="differ-")
    missed = []
    try:
        source = options.source or fetch_source(folder)
        write_versions(source, folder)
        rows = []
        for flags in ("", "-g"):
            texts = make_assembly(folder, flags)
            report = os.path.join(folder, "report" + flags)
            gensrc = os.path.join(options.build, "bin", "kpatch_gensrc")
            command = [gensrc, "--test-mode", "-i", texts[0], "-i", texts[1]]
            command += ["-o", os.path.join(folder, "merged.s"), "--report", report]
            rows.append((flags, texts, report) + measure(command, 5))
        print("flags  lines    functions (expected)  seconds  peak MB  times input")
        for flags, texts, report, seconds, peak in rows:
            expected, found = really_changed(*texts), in_patch(report)
            times = peak / sum(os.path.getsize(text) for text in texts)
            lines = sum(1 for _ in open(texts[0], encoding="latin-1"))
            row = (flags or "-", lines, len(found), len(expected), seconds)
            row += (peak // 2**20, times)
            print("%-6s %-8d %9d %10d  %8.2f %8d %12.1f" % row)
            print("       LibcarePlus, as stated: " + STATED[flags])
            if found != expected:
                print("  differ: " + " ".join(sorted(found ^ expected)))
                missed.append("functions")
            if seconds > LIMIT_SECONDS[flags] or times > LIMIT_MEMORY:
                missed.append("time or memory")
        if options.compile:
            measure_compile(options.build, folder)
    finally:
        shutil.rmtree(folder)
    if options.limit and missed:
        sys.exit("differ.py: error: missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
