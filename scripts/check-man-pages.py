#!/usr/bin/env python3
"""check-man-pages.py BUILD [TOOL...]: manual and --help say the same.

Every long option that `TOOL --help` (or the --help of one of its subcommands)
prints must be in docs/man/TOOL.1 or .8, and the other way round; every tool
must have a page that states its exit status. For libcare-cc the option is
--libcare-help.
"""

import os
import re
import subprocess
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = [
    "libcare-cc",
    "libcare-patch-make",
    "libcare-link",
    "libcare-ctl",
    "libcare-dump",
    "libcare-server",
    "libcare-client",
    "kpatch_gensrc",
    "kpatch_strip",
    "kpatch_make",
]
LONG_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def find_page(tool):
    for section in "18":
        path = os.path.join(PROJECT, "docs", "man", "%s.%s" % (tool, section))
        if os.path.exists(path):
            return path
    return None


def help_text(program, words):
    option = "--help"
    if os.path.basename(program) == "libcare-cc":
        option = "--libcare-help"
    result = subprocess.run(
        [program] + words + [option], capture_output=True, text=True
    )
    return result.stdout if result.returncode == 0 else ""


def options_of(program):
    text = help_text(program, [])
    # Subcommands of CLI11: an indented list after a line "Subcommands:".
    words = []
    listing = re.search(r"^Subcommands:\n((?:[ \t]+.*\n|\n)+)", text, re.MULTILINE)
    if listing:
        words = re.findall(r"^  ([a-z][a-z-]*)", listing.group(1), re.MULTILINE)
    text += "".join(help_text(program, [word]) for word in words)
    return set(LONG_OPTION.findall(text))


def check(build, tool):
    program = os.path.join(build, "bin", tool)
    if not os.path.exists(program):
        return []
    page = find_page(tool)
    if not page:
        return ["%s: no page docs/man/%s.1" % (tool, tool)]
    with open(page) as file:
        manual = file.read().replace(r"\-", "-").replace(r"\fR", "")
    manual = re.sub(r"\\f[A-Z]", "", manual)
    in_help, in_manual = options_of(program), set(LONG_OPTION.findall(manual))
    problems = []
    if not in_help:
        problems.append("%s: --help prints no options" % tool)
    # Options of other programs (ld's --emit-relocs) may appear in prose.
    options_section = re.search(r"^\.SH OPTIONS(.*?)(^\.SH|\Z)", manual, re.M | re.S)
    declared = set()
    if options_section:
        for line in options_section.group(1).splitlines():
            if re.match(r"^(\.(B|BR|IR|BI|TP|It)\b.*)?\W*-", line) or ".B" in line:
                declared |= set(LONG_OPTION.findall(line))
    for option in sorted(in_help - in_manual):
        problems.append("%s: %s is in --help and not in the manual" % (tool, option))
    for option in sorted(declared - in_help):
        problems.append("%s: %s is in the manual and not in --help" % (tool, option))
    if "EXIT STATUS" not in manual:
        problems.append("%s: the manual has no section EXIT STATUS" % tool)
    return problems


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    problems = []
    for tool in sys.argv[2:] or TOOLS:
        problems += check(sys.argv[1], tool)
    for problem in problems:
        print("check-man-pages: error: " + problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
