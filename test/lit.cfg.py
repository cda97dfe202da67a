"""The lit configuration of all test folders.

Works from the source folder with the build folder as a parameter,

    lit.py --param build=/path/to/build test/<part>

and through <build>/test/lit.site.cfg.py (CMake's check targets). Parameters:

    build=DIR      where bin/ and lib/ are; default: build/ beside test/
    real=1         also the tests that build packages (minutes, needs network)
    expect=A,B     features that this machine must have; a missing one is an
                   error, so that tests do not skip unnoticed

What tests may use (substitutions, features) is listed in test/README.md.
"""

import ctypes
import os
import platform
import re
import shutil
import signal
import subprocess
import sys

import lit.formats
import lit.util

source_dir = os.path.dirname(os.path.abspath(__file__))
project_dir = os.path.dirname(source_dir)
build_dir = os.path.abspath(
    getattr(config, "libcare_build", None)
    or lit_config.params.get("build")
    or os.path.join(project_dir, "build")
)
if not os.path.exists(os.path.join(build_dir, "CMakeCache.txt")):
    lit_config.fatal(
        "'%s' is not a build folder of this project (no CMakeCache.txt); "
        "pass --param build=DIR" % build_dir
    )

config.name = "libcare"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test", ".c", ".cpp", ".s"]
config.excludes = ["Inputs", "tools", "unit", "fuzz", "CMakeLists.txt", "lit.cfg.py"]
config.test_source_root = source_dir
config.test_exec_root = os.path.join(build_dir, "test")


def cache_entry(name):
    with open(os.path.join(build_dir, "CMakeCache.txt")) as cache:
        found = re.search("^%s:[^=]*=(.*)$" % name, cache.read(), re.MULTILINE)
    return found.group(1) if found else ""


def llvm_bin_dir():
    for name in ("llvm-config-14", "llvm-config"):
        if shutil.which(name):
            return subprocess.check_output([name, "--bindir"], text=True).strip()
    return "/usr/lib/llvm-14/bin"


# A hanging test is killed with its children. 120 s is ten times what the
# slowest test needs on a busy two-core machine.
if lit.util.killProcessAndChildrenIsSupported()[0]:
    if not lit_config.maxIndividualTestTime:
        lit_config.maxIndividualTestTime = 120
else:
    lit_config.note("no python3-psutil: tests run without a time limit")

# Building a package takes minutes when the machine has other work.
if lit_config.params.get("real"):
    config.available_features.add("real-cases")
    lit_config.maxIndividualTestTime = 900

# -- Environment -------------------------------------------------------------
#
# The programs are found by name, so that a walkthrough from the documentation
# runs to the letter. Nothing of the caller's environment can change a result.

bin_dir = os.path.join(build_dir, "bin")
tools_dir = os.path.join(source_dir, "tools")
config.environment["PATH"] = os.pathsep.join(
    [bin_dir, tools_dir, llvm_bin_dir(), os.environ.get("PATH", "/usr/bin:/bin")]
)
config.environment["LC_ALL"] = "C"
config.environment["LIBCARE_TEST_BUILD"] = build_dir
for name in list(config.environment):
    if name.startswith(("KPATCH_", "KPCC", "LPMAKE_", "LIBCARE_LOG")):
        del config.environment[name]

# Everything but the plugin is instrumented; the compiler that loads the
# plugin is not, so nothing needs preloading. Aborting makes a finding look
# like a crash, which neither `not` nor exits-with mistake for a refusal.
sanitizers = cache_entry("LIBCARE_SANITIZE")
if sanitizers:
    config.available_features.add("sanitized")
    config.environment["LIBCARE_SANITIZED"] = "1"
    config.environment["ASAN_OPTIONS"] = (
        "detect_leaks=0:abort_on_error=1:detect_stack_use_after_return=1"
    )
    config.environment["UBSAN_OPTIONS"] = "print_stacktrace=1:abort_on_error=1"
    # Is about how the released program is linked, and its size.
    config.excludes.append("static-and-small.test")

# -- Substitutions -----------------------------------------------------------

programs = {
    "%libcare-cc": "libcare-cc",
    "%libcare-cxx": "libcare-c++",
    "%libcare-patch-make": "libcare-patch-make",
    "%libcare-link": "libcare-link",
    "%libcare-ctl": "libcare-ctl",
    "%libcare-dump": "libcare-dump",
    "%libcare-server": "libcare-server",
    "%libcare-client": "libcare-client",
    "%kpatch_gensrc": "kpatch_gensrc",
    "%kpatch_strip": "kpatch_strip",
    "%kpatch_make": "kpatch_make",
}
helpers = [
    "exits-with",
    "with-victim",
    "wait-for-line",
    "make-kpatch",
    "patch-cycle",
    "same-file",
]


def substitute(name, value):
    # Only whole words: %libcare-cc is also the beginning of %libcare-cc-x.
    config.substitutions.append((re.escape(name) + r"(?![\w-])", value))


for name, program in programs.items():
    substitute(name, os.path.join(bin_dir, program))
for helper in helpers:
    substitute("%" + helper, os.path.join(tools_dir, helper))
substitute("%tools", tools_dir)
substitute("%project", project_dir)
substitute("%build", build_dir)
substitute("%plugin", os.path.join(build_dir, "lib", "libcare_plugin.so"))
substitute("%gcc", os.environ.get("CC", "gcc"))
substitute("%gxx", os.environ.get("CXX", "g++"))
substitute("%python", sys.executable)


# -- Features ----------------------------------------------------------------


def can_ptrace():
    """Seizes a child for real: containers may forbid it even to root."""
    child = subprocess.Popen(["sleep", "60"])
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        ptrace_seize, ptrace_detach = 0x4206, 17
        if libc.ptrace(ptrace_seize, child.pid, None, None) != 0:
            return False
        os.kill(child.pid, signal.SIGSTOP)  # detaching needs a stopped tracee
        os.waitpid(child.pid, 0)
        libc.ptrace(ptrace_detach, child.pid, None, None)
        return True
    finally:
        child.kill()
        child.wait()


def has_source_archive():
    """deb-src: `apt-get source` can fetch what the real cases need."""
    if not shutil.which("apt-get"):
        return False
    try:
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(CREATED_BY)"],
            capture_output=True,
            text=True,
        ).stdout
    except OSError:
        return False
    return "Sources" in targets.split()


features = config.available_features
features.add("arch-" + platform.machine())
if os.geteuid() == 0:
    features.add("root")
if can_ptrace():
    features.add("ptrace")
if os.path.exists(os.path.join(build_dir, "lib", "libcare_plugin.so")):
    features.add("gcc-plugin")
if has_source_archive():
    features.add("deb-src")
for feature, program in {
    "clang": "clang",
    "clang-format": "clang-format-14",
    "lld": "ld.lld",
    "gold": "ld.gold",
    "musl": "musl-gcc",
    "gdb": "gdb",
    "strace": "strace",
    "shellcheck": "shellcheck",
    "cmake": "cmake",
    "ccache": "ccache",
    "chromium": "chromium",
    "libtool": "libtoolize",
    "aarch64-gcc": "aarch64-linux-gnu-gcc",
    "aarch64-as": "aarch64-linux-gnu-as",
    "qemu-aarch64": "qemu-system-aarch64",
}.items():
    if shutil.which(program):
        features.add(feature)

missing = set(filter(None, lit_config.params.get("expect", "").split(",")))
missing -= features
if missing:
    lit_config.fatal(
        "this machine is expected to have: %s; without it tests would be "
        "skipped silently" % ", ".join(sorted(missing))
    )
