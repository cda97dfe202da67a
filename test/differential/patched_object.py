"""What an object of the patched stage replaces: the records in `.kpatch.info`,
and what the replacements refer to (docs/patch-format.md, section 1)."""

from elf_object import STT_FUNC, STT_OBJECT, STT_TLS, Object

RECORD_SIZE = 48
COPIES = (".kpatch.rodata", ".kpatch.data.rel.ro")


class PatchedObject:
    def __init__(self, path):
        self.elf = Object(path)
        self.local_variables = {
            symbol.name
            for symbol in self.elf.symbols
            if symbol.is_local
            and symbol.type in (STT_OBJECT, STT_TLS)
            and self.elf.sections[symbol.section].is_writable
        }
        self.code = {}  # names of replaced and new functions: their symbols
        info = self.elf.section_named(".kpatch.info")
        if info is None:
            return
        at = {reloc.offset: reloc for reloc in info.relocs}
        for record in range(0, info.size, RECORD_SIZE):
            code = self.symbol_at(at[record + 8], STT_FUNC)
            # No original: new, or a clone that only callers in the patch reach.
            name = code.name.removesuffix(".kpatch")
            if record in at:
                name = self.symbol_at(at[record], STT_FUNC).name
                # The alias of a local function says its name in front.
                name = name.split(".kpatchref.")[0]
            self.code[name] = code

    def symbol_at(self, reloc, *types):
        """The symbol that a relocation means, also by section and offset."""
        symbol = self.elf.symbols[reloc.symbol]
        if not symbol.is_local or symbol.name:
            return symbol
        place = symbol.value + reloc.addend
        for index in self.elf.sections[symbol.section].symbols:
            candidate = self.elf.symbols[index]
            is_inside = 0 <= place - candidate.value <= max(candidate.size - 1, 0)
            if candidate.type in types and is_inside:
                return candidate
        return symbol

    def references(self, name):
        """Names of the variables and of everything global that a function
        refers to: those of the original by the name that they have there."""
        code = self.code[name]
        parts = [code] + [
            symbol
            for symbol in self.elf.symbols
            if symbol.name.removesuffix(".kpatch").startswith(name + ".cold")
            and symbol.section == code.section
        ]
        found = set()
        for part in parts:
            for reloc in self.elf.sections[part.section].relocs:
                if 0 <= reloc.offset - part.value < part.size:
                    found.add(self.name_of(reloc))
        return found - {None}

    def name_of(self, reloc):
        symbol = self.elf.symbols[reloc.symbol]
        if not symbol.is_local:
            name, _, unit = symbol.name.partition(".kpatchref.")
            return name if not unit or name in self.local_variables else None
        section = self.elf.sections[symbol.section].name
        if section in COPIES:
            return None
        # To within 4 bytes and an immediate: what is meant is before that.
        for bias in (4, 5, 6, 8, 0):
            reloc.addend += bias
            variable = self.symbol_at(reloc, STT_OBJECT, STT_TLS)
            reloc.addend -= bias
            if variable.type in (STT_OBJECT, STT_TLS):
                return variable.name
        return None
