"""What an object of the patched stage replaces: the records in `.kpatch.info`
(docs/patch-format.md, section 1)."""

from elf_object import Object, STT_FUNC

RECORD_SIZE = 48
R_X86_64_64 = 1


def replaced_functions(path):
    """Names of the replaced functions, and of the new ones."""
    elf = Object(path)
    info = elf.section_named(".kpatch.info")
    if info is None:
        return []
    at = {reloc.offset: reloc for reloc in info.relocs}
    names = []
    for record in range(0, info.size, RECORD_SIZE):
        if record in at:
            names.append(function_at(elf, at[record]))
        else:  # new, or a clone that only callers in the patch reach
            names.append(function_at(elf, at[record + 8]).removesuffix(".kpatch"))
    return names


def function_at(elf, reloc):
    symbol = elf.symbols[reloc.symbol]
    if not symbol.is_local or symbol.name:
        # The reference alias of a local function says its name in front.
        return symbol.name.split(".kpatchref.")[0]
    place = symbol.value + reloc.addend
    for index in elf.sections[symbol.section].symbols:
        candidate = elf.symbols[index]
        if candidate.type == STT_FUNC and candidate.value == place:
            return candidate.name
    return "?"
