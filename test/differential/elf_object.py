"""Relocatable x86_64 ELF files: sections with their relocations, and symbols.

Only what a comparison of two objects needs, and fast: an edit reads an object
with some thousand relocations in a few milliseconds. Every offset of the file
is gcc's own, so that nothing is checked.
"""

import struct
from dataclasses import dataclass, field
from typing import List

SHT_RELA, SHT_NOBITS = 4, 8
SHF_WRITE, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS = 1, 4, 0x10, 0x20
STT_OBJECT, STT_FUNC, STT_SECTION, STT_TLS, STT_IFUNC = 1, 2, 3, 6, 10
STB_LOCAL = 0


@dataclass
class Reloc:
    offset: int
    type: int
    symbol: int
    addend: int


@dataclass
class Section:
    index: int
    name: str
    type: int
    flags: int
    size: int
    entry_size: int
    data: bytes
    relocs: List[Reloc] = field(default_factory=list)
    symbols: List[int] = field(default_factory=list)  # that are defined here

    def has(self, flag):
        return bool(self.flags & flag)

    @property
    def is_writable(self):
        """By the program, when it is running."""
        return self.has(SHF_WRITE) and ".rel.ro" not in self.name


@dataclass
class Symbol:
    index: int
    name: str
    type: int
    is_local: bool
    section: int  # 0: undefined
    value: int
    size: int


def text_at(table, offset):
    return table[offset : table.index(b"\0", offset)].decode(errors="replace")


class Object:
    def __init__(self, path):
        with open(path, "rb") as file:
            image = file.read()
        table, count, names = (
            struct.unpack_from("<Q", image, 0x28)[0],
            struct.unpack_from("<H", image, 0x3C)[0],
            struct.unpack_from("<H", image, 0x3E)[0],
        )
        headers = [
            struct.unpack_from("<IIQQQQIIQQ", image, table + 64 * index)
            for index in range(count)
        ]
        contents = [
            b"" if header[1] == SHT_NOBITS else image[header[4] : header[4] + header[5]]
            for header in headers
        ]
        self.sections = [
            Section(
                index,
                text_at(contents[names], header[0]),
                header[1],
                header[2],
                header[5],
                header[9],
                contents[index],
            )
            for index, header in enumerate(headers)
        ]
        for header, content in zip(headers, contents):
            if header[1] == SHT_RELA:
                self.sections[header[7]].relocs = [
                    Reloc(offset, info & 0xFFFFFFFF, info >> 32, addend)
                    for offset, info, addend in struct.iter_unpack("<QQq", content)
                ]
        self.read_symbols(headers, contents)

    def read_symbols(self, headers, contents):
        table = next(i for i, header in enumerate(headers) if header[1] == 2)
        strings = contents[headers[table][6]]
        self.symbols = []
        for index, (name, info, _, section, value, size) in enumerate(
            struct.iter_unpack("<IBBHQQ", contents[table])
        ):
            symbol = Symbol(
                index,
                text_at(strings, name),
                info & 15,
                info >> 4 == STB_LOCAL,
                section if section < 0xFF00 else 0,
                value,
                size,
            )
            self.symbols.append(symbol)
            if symbol.section:
                self.sections[symbol.section].symbols.append(index)

    def section_named(self, name):
        return next((s for s in self.sections if s.name == name), None)
