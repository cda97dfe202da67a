"""Random edits of known kinds.

An edit is a list of replacements in one file. Where it changes the number of
lines, a `#line` directive follows, as libcare-patch-make writes it, so that
the lines below keep their numbers. A kind is a function of the source, a
function in it and a source of randomness; None: there is nothing of the kind
in this function.
"""

import re
from dataclasses import dataclass

from source_text import TYPE_WORDS, statement_end, statements

INTEGER = re.compile(r"(0[xX][\da-fA-F]+|\d+)([uUlL]*)")
SIMPLE = {"(", "=", "->", ".", "[", "+=", "-=", "++", "--", "|=", "&="}
KEYWORDS = {
    "if", "for", "while", "do", "switch", "return", "goto", "case", "default",
    "else", "break", "continue", "sizeof", "static", "const", "struct", "enum",
}  # fmt: skip
STATEMENT_WORDS = KEYWORDS - {"static", "const", "struct", "enum", "sizeof"}
OPPOSITES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


@dataclass
class Replacement:
    start: int
    end: int
    text: str


def apply(source, replacements):
    """The edited text, or None if two replacements are for the same place."""
    text, at = [], 0
    for part in sorted(replacements, key=lambda r: (r.start, r.end)):
        if part.start < at:
            return None
        text += [source.text[at : part.start], part.text]
        at = part.end
    return "".join(text + [source.text[at:]])


def insert_lines(source, offset, lines):
    """Lines before the line of `offset`, which keeps its number."""
    start = source.line_start(offset)
    text = "%s\n#line %d\n" % (lines, source.line_of(offset))
    return Replacement(start, start, text)


def own_line(source, token):
    """Is the token the first of its line?"""
    return source.text[source.line_start(token.start) : token.start].isspace()


def places(source, function, is_after_declarations=True):
    """Tokens that start a statement and a line."""
    found = [
        function.tokens[i]
        for i in statements(function)
        if own_line(source, function.tokens[i])
    ]
    if not is_after_declarations:
        return found
    # Statements of C89 stand after the declarations.
    return [t for t in found if t.text in STATEMENT_WORDS or is_call(source, t)]


def is_call(source, token):
    return re.match(r"\w+\s*(\(|->|=[^=]|\[[^]]*\]\s*=)", source.text[token.start :])


def pick(random, values):
    return random.choice(values) if values else None


# --- no change of the code


def add_comment(source, function, random):
    token = pick(random, places(source, function, False))
    count = random.randint(1, 3)
    lines = "\n".join("/* a comment, line %d */" % i for i in range(count))
    return token and [insert_lines(source, token.start, lines)]


def add_blank_lines(source, function, random):
    is_outside = random.random() < 0.5
    if is_outside:
        return [insert_lines(source, function.head, "\n" * random.randint(0, 4))]
    token = pick(random, places(source, function, False))
    return token and [insert_lines(source, token.start, "")]


def rename_local(source, function, random):
    tokens = function.tokens
    names = [
        tokens[i].text
        for i in range(2, len(tokens) - 1)
        if tokens[i].kind == "word"
        and tokens[i + 1].text in ("=", ";", ",")
        and tokens[i - (2 if tokens[i - 1].text == "*" else 1)].text in TYPE_WORDS
        and tokens[i].text not in TYPE_WORDS
    ]
    name = pick(random, names)
    return name and [
        Replacement(token.start, token.end, name + "_renamed")
        for last, token in zip(tokens, tokens[1:])
        if token.text == name and last.text not in (".", "->", "goto")
    ]


def reorder_functions(source, function, random):
    """Puts a function behind the one that follows it."""
    at = next(i for i, f in enumerate(source.functions) if f is function)
    if at + 1 >= len(source.functions):
        return None
    after = source.functions[at + 1]
    gap = source.text[function.end : after.head]
    if "#" in gap or ";" in gap or "}" in gap or after.is_in_class:
        return None
    if "#" in source.text[function.head : after.end].replace("#line", ""):
        return None
    first, second = (
        "#line %d\n%s" % (source.line_of(f.head), source.text[f.head : f.end])
        for f in (function, after)
    )
    if not source.text[source.line_start(function.head) : function.head].strip() == "":
        return None
    rest = "\n#line %d\n" % (source.line_of(after.end) + 1)
    line_end = source.text.find("\n", after.end) + 1
    tail = source.text[after.end : line_end]
    return [
        Replacement(
            source.line_start(function.head),
            line_end,
            second + "\n" + first + tail.rstrip("\n") + rest,
        )
    ]


# --- changes of one function


def change_constant(source, function, random):
    return change_number(function.tokens, random)


def change_table(source, random):
    """An element of a table at file level."""
    tokens = pick(random, source.initialisers)
    return tokens and change_number(tokens, random)


def change_number(tokens, random):
    numbers = [
        token
        for last, token in zip(tokens, tokens[1:])
        if token.kind == "number" and last.text not in ("case", "[")
    ]
    token = pick(random, numbers)
    if token is None or not INTEGER.fullmatch(token.text):
        return None
    digits = token.text.rstrip("uUlL")
    value = int(digits, 8 if re.fullmatch(r"0\d+", digits) else 0)
    changed = random.choice([value + 1, value * 2 + 3, value - 1 if value else 7])
    suffix = token.text[len(digits) :]
    return [Replacement(token.start, token.end, str(changed) + suffix)]


def change_string(source, function, random):
    token = pick(random, [t for t in function.tokens if t.kind == "string"])
    if token is None:
        return None
    quote = token.text.index('"')
    body = token.text[quote + 1 : -1]
    changed = random.choice([body + "!", "~" + body, body.swapcase()])
    if "%" in body or "\\" in body:
        changed = body + "!"
    prefix = token.text[: quote + 1]
    return [Replacement(token.start, token.end, prefix + changed + '"')]


def change_condition(source, function, random):
    tokens = function.tokens
    if random.random() < 0.5:
        signs = [t for t in tokens if t.kind == "sign" and t.text in OPPOSITES]
        token = pick(random, signs)
        return token and [Replacement(token.start, token.end, OPPOSITES[token.text])]
    found = [
        (tokens[i + 1], close_parenthesis(tokens, i + 1))
        for i in range(len(tokens) - 1)
        if tokens[i].text == "if" and tokens[i + 1].text == "("
    ]
    pair = pick(random, [p for p in found if p[1]])
    return pair and [
        Replacement(pair[0].start, pair[0].end, "(!("),
        Replacement(pair[1].start, pair[1].end, "))"),
    ]


def close_parenthesis(tokens, index):
    depth = 0
    for token in tokens[index:]:
        if token.kind == "directive":
            return None
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return token
    return None


def remove_statement(source, function, random):
    tokens = function.tokens
    candidates = [
        (tokens[i], tokens[end])
        for i in statements(function)
        if tokens[i].kind == "word"
        and tokens[i].text not in KEYWORDS
        and tokens[i + 1].text in SIMPLE
        and (end := statement_end(function, i)) is not None
    ]
    pair = pick(random, candidates)
    if pair is None:
        return None
    start, end = pair[0].start, pair[1].end
    line_end = source.text.find("\n", end)
    is_alone = own_line(source, pair[0]) and source.text[end:line_end].strip() == ""
    if not is_alone:
        lines = source.text[start:end].count("\n")
        return [Replacement(start, end, ";" + "\n" * lines)]
    return [
        Replacement(
            source.line_start(start),
            line_end + 1,
            "#line %d\n" % source.line_of(line_end + 1),
        )
    ]


def add_assert(source, function, random):
    parameters = function.parameters
    texts = [token.text for token in parameters] + [","]
    names = [
        texts[i]
        for i in range(1, len(parameters))
        if parameters[i].kind == "word" and (texts[i - 1], texts[i + 1]) == ("*", ",")
    ]
    name = pick(random, names)
    token = pick(random, places(source, function))
    if name is None or token is None:
        return None
    return [
        insert_lines(source, 0, "#include <assert.h>"),
        insert_lines(source, token.start, "  assert(%s);" % name),
    ]


def add_static_local(source, function, random):
    token = pick(random, places(source, function))
    lines = "  { static volatile int added_calls = %d; added_calls++; }"
    return token and [insert_lines(source, token.start, lines % random.randint(0, 1))]


# --- changes that add something at file level


def before_function(source, function, lines):
    """A declaration in front of a function, which is not in a class."""
    start = source.line_start(function.head)
    if function.is_in_class or source.text[start : function.head].strip():
        return None
    return insert_lines(source, function.head, lines)


def add_static_variable(source, function, random):
    token = pick(random, places(source, function))
    name = "added_count_%d" % random.randint(1000, 9999)
    declared = before_function(
        source, function, "static volatile int %s = %d;" % (name, random.randint(0, 1))
    )
    if token is None or declared is None:
        return None
    return [declared, insert_lines(source, token.start, "  %s += 2;" % name)]


def add_function(source, function, random):
    token = pick(random, places(source, function))
    name = "added_function_%d" % random.randint(1000, 9999)
    declaration = random.choice(["static __attribute__((noinline)) ", "static ", ""])
    declaration += "int %s(int value)" % name
    declared = before_function(
        source,
        function,
        "%s;\n%s { return value * 77 ^ %d; }"
        % (declaration, declaration, random.randint(1, 99)),
    )
    if token is None or declared is None:
        return None
    call = random.choice(
        [
            "  if (%s(sizeof(int)) == 12345) __builtin_trap();" % name,
            "  { volatile int added = 3; added = %s(added); }" % name,
        ]
    )
    return [declared, insert_lines(source, token.start, call)]


KINDS = {
    "add comment lines": add_comment,
    "add blank lines": add_blank_lines,
    "rename a local": rename_local,
    "reorder functions": reorder_functions,
    "change a constant": change_constant,
    "change a string": change_string,
    "change a condition": change_condition,
    "remove a statement": remove_statement,
    "add an assert": add_assert,
    "add a static local": add_static_local,
    "add a static variable": add_static_variable,
    "add a function and call it": add_function,
}
TABLE = "change a table"
# In a static or inline function of the source, or in a function of a header.
INLINED = "change something inlined"
HEADER = "change a header"
CHANGES = [
    "change a constant",
    "change a condition",
    "remove a statement",
    "add a static local",
]
ALL_KINDS = list(KINDS) + [TABLE, INLINED, HEADER]
