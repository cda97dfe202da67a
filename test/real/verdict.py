"""What is wrong with what libcare-patch-make did to a case, or nothing.

Three things were read in the source patch beforehand, not in what our programs
say: which functions it edits, which it adds, and which of the binary's
functions have to be in the patch for that. A function that is not expected, a
reason that names a function which the source patch does not edit, and an
edited function that no function of the patch accounts for are all failures; so
is a refusal for something else.
"""

import re

QUOTED = re.compile(r"'([^']+)'")


def names_in(functions):
    """The functions of the source that the reasons are about."""
    names = set()
    for function, reason in functions.items():
        if reason in ("edited", "new"):
            names.add(function)
        elif reason.startswith(("inlines edited", "clone of edited")):
            names.update(QUOTED.findall(reason))
    return names


def listed(what, names):
    return ["%s: %s" % (what, ", ".join(sorted(names)))] if names else []


def of_functions(case, functions):
    """For a case with a patch: complaints about the functions in it."""
    if case.refused:
        return ["not refused"]
    complaints = []
    if case.functions:
        expected, found = set(case.functions), set(functions)
        complaints += listed("missing", expected - found)
        complaints += listed("not expected", found - expected)
    if case.edited:
        edited, named = set(case.edited), names_in(functions)
        unexplained = {
            name for name, reason in functions.items() if not names_in({name: reason})
        }
        complaints += listed(
            "not edited, says the case", named - edited - set(case.added)
        )
        complaints += listed("in the patch without an edited function", unexplained)
        complaints += listed("edited, but not in the patch", edited - named)
    return complaints


def of_refusal(case, code, message):
    """For a case without one: complaints about the refusal."""
    if not case.refused:
        return ["not expected to be refused"]
    complaints = []
    if code != case.refused:
        complaints.append("the code is not " + case.refused)
    complaints += listed(
        "the message does not name",
        [word for word in case.refused_for if "'%s'" % word not in message],
    )
    return complaints
