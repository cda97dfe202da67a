"""What a real case is: a source package, a patch of it, and questions that the
program is asked. Paths in the commands: {lpmake} the installed original,
{source} the source tree, {inputs} the folder Inputs beside this file, {case}
the folder of the case. $PID is the program that was started."""

import dataclasses
from dataclasses import dataclass, field
from typing import List, Optional

AUTOTOOLS = "autoreconf -fi && ./configure --disable-static"
CMAKE = "cmake -B build -DBUILD_SHARED_LIBS=ON -DCMAKE_INSTALL_LIBDIR=lib"


@dataclass
class Question:
    # Regular expression for the answer of the original; None: not asked there,
    # since it would die of it.
    vulnerable: Optional[str]
    fixed: str  # and of the patched program
    line: str = None  # asked on the program's standard input
    command: str = None  # asked by a shell command


def same(answer, **how):
    """A question with the same answer in both."""
    return Question(answer, answer, **how)


@dataclass
class Case:
    name: str = ""
    package: str = ""
    patch: str = ""
    make: str = ""
    install: str = ""
    lpmakefile: str = ""  # below samples/, in place of the two above
    # Expected in the patch; empty: not known yet, nothing is said about them.
    functions: List[str] = field(default_factory=list)
    # What the source patch edits and what it adds, as read in it, not as our
    # programs say; empty: not read.
    edited: List[str] = field(default_factory=list)
    added: List[str] = field(default_factory=list)
    refused: str = ""  # or the code of the refusal
    # What its message and notes have to name: the type and member, the variable.
    refused_for: List[str] = field(default_factory=list)
    folder: str = "."  # where the package is configured and built
    configure: str = ""
    clean: bool = False  # `make clean` before both builds
    prepare: str = ""  # before the program is started
    start: str = ""
    ready: str = ""  # succeeds as soon as the program can be asked
    pid: str = ""  # prints the process to patch, if it is not the one started
    questions: List[Question] = field(default_factory=list)

    def with_patch(self, name, patch, **more):
        """Another case of the same package and program."""
        return dataclasses.replace(self, name=name, patch=patch, **more)


def made_in(folder):
    """`make` and `install` of one folder of a package."""
    return dict(
        make="$(MAKE) -C " + folder,
        install="$(MAKE) -C %s install DESTDIR=$(DESTDIR)" % folder,
    )


def libtool_library(name):
    """`make` and `install` of one library of a package that does not need more."""
    return dict(
        make="$(MAKE) %s.la" % name,
        install="$(MAKE) install-libLTLIBRARIES DESTDIR=$(DESTDIR)",
    )


def asked_by(program, library, headers):
    """A program of ours, Inputs/PROGRAM.c, that uses the installed library."""
    return dict(
        prepare="gcc -o %s {inputs}/%s.c -I%s -L{lpmake}/usr/local/lib -l%s"
        % (program, program, headers, library),
        start="env LD_LIBRARY_PATH={lpmake}/usr/local/lib {case}/" + program,
    )
