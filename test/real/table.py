"""The table of docs/real-cases.md, from the rows of a run."""

HEAD = (
    "| case | version | edited | functions in the live patch, and why | result"
    " | made in | stopped |\n|---|---|---|---|---|---:|---:|"
)


def quoted(names):
    return ", ".join("`%s`" % name for name in sorted(names))


def edited(case):
    added = " + " + quoted(case.added) if case.added else ""
    return quoted(case.edited) + added


def reasons(functions):
    """Those with one reason together."""
    by_reason = {}
    for name, reason in functions.items():
        by_reason.setdefault(reason.replace("'", "`"), []).append(name)
    return "; ".join(
        "%s: %s" % (quoted(names), reason)
        for reason, names in sorted(by_reason.items())
    )


def text(words):
    return " ".join(words.split()).replace("|", "\\|")


def line(case, row):
    cells = [
        case.name,
        row.get("version", ""),
        edited(case),
        reasons(row.get("functions", {})),
        text("; ".join([row["result"]] + row["complaints"])),
        "%.0f s" % row["make"] if "make" in row else "",
        "%d µs" % row["frozen"] if row.get("frozen") else "",
    ]
    return "| " + " | ".join(cells) + " |"


def table(cases_and_rows):
    return "\n".join([HEAD] + [line(case, row) for case, row in cases_and_rows])
