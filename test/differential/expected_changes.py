"""What must be in a patch, from plain gcc's objects of both versions.

The objects are compiled with -ffunction-sections -fdata-sections and keep
their local labels (-Wa,-L), so that a function or variable is one section and
every relocation says what it refers to. Two functions are the same if their
bytes are, and their relocations in the same places mean the same: a symbol of
another section its name, a literal or a table its contents, a local constant
its contents. Numbers that the compiler counts up (`n.0`, `f.part.1`) are no
part of a name. `f.cold`, the jump tables and the exception table of f are
parts of f.

Nothing here knows the differ; it looks at other files, made in another way.
"""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Set

from elf_object import (
    SHF_EXECINSTR,
    SHF_MERGE,
    SHF_STRINGS,
    STT_FUNC,
    STT_IFUNC,
    STT_OBJECT,
    STT_TLS,
)

COUNTED = re.compile(r"\.\d+(?=\.|$)")
COLD = re.compile(r"\.cold(\.\d+)?$")


def uncounted(name):
    return COUNTED.sub("", name)


@dataclass
class Function:
    names: List[str]
    section: int
    parts: List[int] = field(default_factory=list)  # .cold, exception table


@dataclass
class Expected:
    # Any of the names stands for the function; with what was seen first.
    changed: Dict[frozenset, str] = field(default_factory=dict)
    new: Set[frozenset] = field(default_factory=set)
    # Uncounted names of variables that a running program has and that differ.
    data: Set[str] = field(default_factory=set)
    # Those that more than the functions of this unit can see.
    visible_data: Set[str] = field(default_factory=set)
    # Names that stood for one function and stand for different ones now.
    split: Set[str] = field(default_factory=set)

    @property
    def functions(self):
        return set(self.changed) | self.new


class View:
    """Functions and variables of one object."""

    def __init__(self, elf):
        self.elf = elf
        self.functions = []
        self.function_at = {}  # section -> Function
        self.variables = {}  # section -> Symbol
        cold = []
        for section in elf.sections:
            symbols = [elf.symbols[i] for i in section.symbols]
            code = [s for s in symbols if s.type in (STT_FUNC, STT_IFUNC)]
            if code and all(COLD.search(s.name) for s in code):
                cold.append((section.index, COLD.sub("", code[0].name)))
            elif code:
                function = Function([s.name for s in code], section.index)
                self.functions.append(function)
                self.function_at[section.index] = function
            for symbol in symbols:
                if symbol.type in (STT_OBJECT, STT_TLS):
                    self.variables.setdefault(section.index, symbol)
        self.add_parts(cold)

    def add_parts(self, cold):
        by_name = {name: f for f in self.functions for name in f.names}
        for section, name in cold:
            by_name[name].parts.append(section)
            self.function_at[section] = by_name[name]
        for section in self.elf.sections:
            if section.name.startswith(".gcc_except_table."):
                by_name[section.name[len(".gcc_except_table.") :]].parts.append(
                    section.index
                )

    def users(self, variable_section):
        """Names of the sections that refer to a variable, its position apart."""
        return frozenset(
            uncounted(section.name)
            for section in self.elf.sections
            for reloc in section.relocs
            if self.elf.symbols[reloc.symbol].section == variable_section
        )

    def is_constant(self, section):
        """Known only to this unit and never written."""
        symbol = self.variables.get(section.index)
        return (
            symbol is not None
            and symbol.is_local
            and not section.is_writable
        )


class Comparison:
    def __init__(self, original, patched):
        self.a = View(original)
        self.b = View(patched)
        self.known = {}  # pairs of sections that were compared, or are just now
        self.reason = ""
        self.pair_variables()
        self.pair_functions()

    # --- which is which

    def pair_functions(self):
        self.function_pairs = {}  # section of b -> section of a
        by_name = {name: f.section for f in self.a.functions for name in f.names}
        left = []
        for function in self.b.functions:
            exact = [by_name[n] for n in function.names if n in by_name]
            if exact and not any(COUNTED.search(n) for n in function.names):
                self.function_pairs[function.section] = exact[0]
            else:
                left.append(function)
        taken = set(self.function_pairs.values())
        groups = {}
        for function in self.a.functions:
            if function.section not in taken:
                groups.setdefault(uncounted(function.names[0]), ([], []))[0].append(
                    function
                )
        for function in left:
            name = uncounted(function.names[0])
            groups.setdefault(name, ([], []))[1].append(function)
        for old, new in groups.values():
            self.pair_clones(old, new)

    def pair_clones(self, old, new):
        if len(old) == 1 and len(new) == 1:
            self.function_pairs[new[0].section] = old[0].section
            return
        for is_any in (False, True):
            for b in [f for f in new if f.section not in self.function_pairs]:
                for a in old:
                    is_free = a.section not in self.function_pairs.values()
                    if is_free and (is_any or self.looks_same(a, b)):
                        self.function_pairs[b.section] = a.section
                        break

    def looks_same(self, a, b):
        """Before all pairs are known: by the bytes alone."""
        return (
            self.a.elf.sections[a.section].data == self.b.elf.sections[b.section].data
        )

    def pair_variables(self):
        self.variable_pairs = {}  # section of b -> section of a
        groups = {}
        for side, view in enumerate((self.a, self.b)):
            for section, symbol in view.variables.items():
                is_counted = symbol.is_local and COUNTED.search(symbol.name)
                name = uncounted(symbol.name) if is_counted else symbol.name
                key = (name, bool(is_counted))
                groups.setdefault(key, ([], []))[side].append(section)
        for old, new in groups.values():
            self.pair_group(old, new)

    def pair_group(self, old, new):
        """Static locals of one name: the same users and size, the same users,
        some users in common."""
        if len(old) == 1 and len(new) == 1:
            self.variable_pairs[new[0]] = old[0]
            return
        old_users = {section: self.a.users(section) for section in old}
        new_users = {section: self.b.users(section) for section in new}

        def is_like(a, b, level):
            if level == 0:
                section_a, section_b = self.a.elf.sections[a], self.b.elf.sections[b]
                return (
                    old_users[a] == new_users[b]
                    and section_a.size == section_b.size
                    and section_a.data == section_b.data
                )
            if level == 1:
                return old_users[a] == new_users[b]
            return bool(old_users[a] & new_users[b])

        for level in range(3):
            for b in new:
                for a in list(old):
                    if b not in self.variable_pairs and is_like(a, b, level):
                        self.variable_pairs[b] = a
                        old.remove(a)

    # --- the same or not

    def differ(self, why):
        self.reason = self.reason or why
        return False

    def same_section(self, a, b):
        """Contents and the meaning of every relocation."""
        key = (a, b)
        if key in self.known:
            return self.known[key]
        self.known[key] = True  # if it comes back to itself, that is no difference
        first, second = self.a.elf.sections[a], self.b.elf.sections[b]
        same = first.size == second.size and first.data == second.data
        if not same:
            self.differ("contents of " + second.name)
        same = same and self.same_relocs(first.relocs, second.relocs, second.name)
        self.known[key] = same
        return same

    def same_relocs(self, first, second, name):
        if len(first) != len(second):
            return self.differ("number of references in " + name)
        for x, y in zip(first, second):
            if (x.offset, x.type) != (y.offset, y.type) or not self.same_target(x, y):
                return self.differ("reference at %s+0x%x" % (name, y.offset))
        return True

    def same_target(self, x, y):
        a, b = self.a.elf.symbols[x.symbol], self.b.elf.symbols[y.symbol]
        if not a.is_local or not b.is_local:
            same_symbol = a.name == b.name and a.is_local == b.is_local
            return same_symbol and x.addend == y.addend
        section_a, section_b = (
            self.a.elf.sections[a.section],
            self.b.elf.sections[b.section],
        )
        if section_a.has(SHF_EXECINSTR) != section_b.has(SHF_EXECINSTR):
            return False
        if section_b.has(SHF_EXECINSTR):
            return self.same_code_place(a, b, x, y)
        if section_b.has(SHF_MERGE) or section_a.has(SHF_MERGE):
            return self.same_literal(a, b, x, y)
        if a.section in self.a.variables or b.section in self.b.variables:
            return self.same_variable(a, b, x, y)
        # A jump table, or a literal that is no string: in a section of its own.
        return (
            a.value == b.value
            and x.addend == y.addend
            and self.same_section(a.section, b.section)
        )

    def same_code_place(self, a, b, x, y):
        """Another function, or a place in a part of the same one."""
        f, g = self.a.function_at[a.section], self.b.function_at[b.section]
        is_part = (f.section == a.section, g.section == b.section)
        return (
            self.function_pairs.get(g.section) == f.section
            and is_part[0] == is_part[1]
            and a.value + x.addend == b.value + y.addend
        )

    def same_variable(self, a, b, x, y):
        if a.value + x.addend != b.value + y.addend:
            return False
        if self.variable_pairs.get(b.section) != a.section:
            return False
        first, second = (
            self.a.elf.sections[a.section],
            self.b.elf.sections[b.section],
        )
        if self.a.is_constant(first) and self.b.is_constant(second):
            return self.same_section(a.section, b.section)
        return True

    def same_literal(self, a, b, x, y):
        # By a label: the literal there. By the section: what is at the addend.
        return self.literal(self.a, a, x) == self.literal(self.b, b, y)

    @staticmethod
    def literal(view, symbol, reloc):
        section = view.elf.sections[symbol.section]
        start, rest = symbol.value, reloc.addend
        if not symbol.name or symbol.name == section.name:
            start, rest = reloc.addend, 0
        if not section.has(SHF_STRINGS):
            return section.data[start : start + section.entry_size], rest
        end = start
        zero = bytes(section.entry_size)
        while section.data[end : end + section.entry_size] not in (zero, b""):
            end += section.entry_size
        return section.data[start:end], rest

    # --- what a function refers to

    def references(self, name):
        """As PatchedObject.references: variables by the name in the original,
        and everything global. Not local functions and constants, which a patch
        may have copies of."""
        (function,) = [f for f in self.b.functions if name in f.names]
        found = set()
        for part in [function.section] + function.parts:
            section = self.b.elf.sections[part]
            if section.has(SHF_EXECINSTR):
                found.update(self.name_of(reloc) for reloc in section.relocs)
        return found - {None}

    def name_of(self, reloc):
        symbol = self.b.elf.symbols[reloc.symbol]
        if not symbol.is_local:
            return symbol.name
        section = self.b.elf.sections[symbol.section]
        variable = self.b.variables.get(section.index)
        if variable is None or self.b.is_constant(section):
            return None
        partner = self.variable_pairs.get(section.index)
        return self.a.variables[partner].name if partner else variable.name

    # --- the answer

    def same_function(self, f, g):
        self.reason = ""
        parts_a, parts_b = self.part_names(self.a, f), self.part_names(self.b, g)
        if parts_a.keys() != parts_b.keys():
            return self.differ("parts")
        return self.same_section(f.section, g.section) and all(
            self.same_section(parts_a[name], parts_b[name]) for name in parts_a
        )

    @staticmethod
    def part_names(view, function):
        names = {
            uncounted(view.elf.sections[part].name): part for part in function.parts
        }
        assert len(names) == len(function.parts)
        return names

    def run(self):
        expected = Expected()
        for function in self.b.functions:
            partner = self.function_pairs.get(function.section)
            names = frozenset(function.names)
            if partner is None:
                expected.new.add(names)
            elif not self.same_function(self.a.function_at[partner], function):
                expected.changed[names] = self.reason
        self.find_split_names(expected)
        self.compare_variables(expected)
        return expected

    def find_split_names(self, expected):
        now = {name: f.section for f in self.b.functions for name in f.names}
        for function in self.a.functions:
            if len({now[name] for name in function.names if name in now}) > 1:
                expected.split.update(function.names)

    def compare_variables(self, expected):
        for section, symbol in self.b.variables.items():
            partner = self.variable_pairs.get(section)
            if partner is None:
                continue
            first, second = (
                self.a.elf.sections[partner],
                self.b.elf.sections[section],
            )
            # The name of a section says the kind of memory, too.
            same_kind = first.flags == second.flags and first.type == second.type
            if not same_kind or not self.same_section(partner, section):
                expected.data.add(uncounted(symbol.name))
                if not self.b.is_constant(second):
                    expected.visible_data.add(uncounted(symbol.name))
