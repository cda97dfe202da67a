"""C and C++ source text: tokens, the functions it defines, their statements,
and the initialisers of its tables.

No parser. What looks like a function definition at file level, in a namespace
or in a class is one; what looks like the start of a statement is one. An edit
that was led astray does not compile and is thrown away.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<comment>//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)
  | (?P<directive>^[ \t]*\#(?:[^\n\\/]|\\\n|\\.|/(?!\*)|/\*.*?\*/)*)
  | (?P<string>(?:u8|[LuU])?"(?:[^"\\\n]|\\.|\\\n)*")
  | (?P<char>[LuU]?'(?:[^'\\\n]|\\.)+')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)
  | (?P<sign>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|::|.)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)

CLASS_WORDS = {"class", "struct", "union"}
TYPE_WORDS = {
    "char", "short", "int", "long", "unsigned", "signed", "float", "double",
    "size_t", "ssize_t", "bool", "uint8_t", "uint16_t", "uint32_t", "uint64_t",
    "int8_t", "int16_t", "int32_t", "int64_t", "uchar", "uInt", "uLong", "ulg",
    "ush", "lua_Integer", "lua_Number", "jv", "XML_Char", "TValue", "Table",
}  # fmt: skip


@dataclass
class Token:
    kind: str
    text: str
    start: int

    @property
    def end(self):
        return self.start + len(self.text)


@dataclass
class Function:
    name: str
    head: int  # offset where the definition starts
    tokens: list  # of the body, the braces included
    parameters: list  # tokens between the parentheses
    is_static: bool
    is_inline: bool
    is_in_class: bool = False

    @property
    def end(self):
        return self.tokens[-1].end

    @property
    def may_be_inlined(self):
        return (self.is_static or self.is_inline) and len(self.tokens) < 120


class Source:
    def __init__(self, text):
        self.text = text
        self.tokens = [
            Token(match.lastgroup, match.group(), match.start())
            for match in TOKEN.finditer(text)
            if not match.group().isspace() and match.lastgroup != "comment"
        ]
        self.line_starts = [0] + [m.end() for m in re.finditer("\n", text)]
        self.functions = []
        self.initialisers = []  # tokens of each, outside of functions
        self.find_functions(0, len(self.tokens), is_in_class=False)

    @property
    def can_be_edited(self):
        return bool(self.functions or self.initialisers)

    def line_of(self, offset):
        """From 1."""
        return bisect_right(self.line_starts, offset)

    def line_start(self, offset):
        return self.line_starts[self.line_of(offset) - 1]

    def matching(self, index):
        """Index of the brace that closes the one at `index`, or None."""
        depth = 0
        for at in range(index, len(self.tokens)):
            text = self.tokens[at].text
            if self.tokens[at].kind != "sign":
                continue
            depth += (text == "{") - (text == "}")
            if depth == 0:
                return at
        return None

    def find_functions(self, begin, end, is_in_class):
        head, index = begin, begin
        while index < end:
            token = self.tokens[index]
            if token.text == "{" and token.kind == "sign":
                close = self.matching(index)
                if close is None:
                    return
                self.look_at_braces(head, index, close, is_in_class)
                index = head = close + 1
                continue
            is_end = token.kind == "sign" and token.text in ";}"
            if is_end and self.is_old_style(head, index):
                is_end = False
            if is_end or token.kind == "directive":
                head = index + 1
            index += 1

    def is_old_style(self, head, index):
        """`int f(a) int a; {`: the `;` does not end it."""
        tokens = self.tokens[head:index]
        close = max((i for i, t in enumerate(tokens) if t.text == ")"), default=-1)
        rest = tokens[close + 1 :]
        if close < 0 or not rest or rest[0].kind != "word":
            return False
        if any(t.text in ("=", "(", "{") or t.text.startswith("__") for t in rest):
            return False
        return len([t for t in rest if t.kind == "word"]) >= 2

    def look_at_braces(self, head, index, close, is_in_class):
        words = self.tokens[head:index]
        texts = [t.text for t in words]
        if "namespace" in texts or (
            "extern" in texts and words[-1].kind == "string"
        ):
            self.find_functions(index + 1, close, is_in_class=False)
        elif "(" in texts and "enum" not in texts[: texts.index("(")]:
            self.add_function(head, words, index, close, is_in_class)
        elif "=" in texts:
            self.initialisers.append(self.tokens[index : close + 1])
        elif CLASS_WORDS.intersection(texts):
            self.find_functions(index + 1, close, is_in_class=True)

    def add_function(self, head, words, index, close, is_in_class):
        texts = [t.text for t in words]
        opening = texts.index("(")
        before = texts[:opening]
        if "=" in before or not before or words[opening - 1].kind != "word":
            return
        closing = texts.index(")") if ")" in texts else len(texts)
        self.functions.append(
            Function(
                name=texts[opening - 1],
                head=words[0].start,
                tokens=self.tokens[index : close + 1],
                parameters=words[opening + 1 : closing],
                is_static="static" in before or "local" in before,
                is_inline="inline" in before or is_in_class,
                is_in_class=is_in_class,
            )
        )


def statements(function):
    """Token indices in the body where a statement starts on a new statement's
    place: after `;`, `{` or `}`, outside of parentheses and initialisers."""
    tokens = function.tokens
    found, parentheses, in_list = [], 0, 0
    for index in range(1, len(tokens) - 1):
        last, token = tokens[index - 1], tokens[index]
        if last.kind == "sign":
            parentheses += (last.text in "([") - (last.text in ")]")
            if last.text == "{" and index >= 2:
                before = tokens[index - 2].text
                if in_list or before in ("=", ",") or before in CLASS_WORDS:
                    in_list += 1
            elif last.text == "}" and in_list:
                in_list -= 1
                continue
        if parentheses or in_list or last.text not in (";", "{", "}"):
            continue
        if token.text in ("else", "while", "}", ";") or token.kind == "directive":
            continue
        found.append(index)
    return found


def statement_end(function, index):
    """Index of the `;` that ends the simple statement at `index`, or None."""
    depth = 0
    for at in range(index, len(function.tokens)):
        token = function.tokens[at]
        if token.kind == "directive" or token.text in ("{", "}"):
            return None
        if token.kind == "sign":
            depth += (token.text in "([") - (token.text in ")]")
            if token.text == ";" and depth == 0:
                return at
    return None
