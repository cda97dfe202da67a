#!/usr/bin/env python3
"""edit-kpatch.py IN OUT EDIT...: a .kpatch file with something changed.

Edits, applied in order:

    size=N         cut off after N bytes
    OFFSET=HEX     bytes from OFFSET on
    build-id=HEX   the build-id in the header
    id=TEXT        the patch id in the header
    machine=N      e_machine of the ELF file
    checksum=0     as if it had not been recorded
    site-field=N   what .kpatch.sites is filled in with goes to byte N of it
    type=OLD,NEW   relocations of the replacements, by number
"""

import struct
import sys

ID, BUILD_ID, CHECKSUM, ELF_OFFSET = 8, 88, 144, 152


def find_section(data, elf, wanted):
    """File offset and size of a section."""
    table = elf + struct.unpack_from("<Q", data, elf + 40)[0]
    size, count, names = struct.unpack_from("<3H", data, elf + 58)
    headers = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    for header in headers:
        name = elf + headers[names][4] + header[0]
        if data[name : data.index(b"\0", name)] == wanted:
            return elf + header[4], header[5]
    sys.exit("no section %s" % wanted)


def main():
    data = bytearray(open(sys.argv[1], "rb").read())
    elf = struct.unpack_from("<I", data, ELF_OFFSET)[0]
    for edit in sys.argv[3:]:
        key, value = edit.split("=")
        if key == "size":
            del data[int(value) :]
        elif key == "build-id":
            data[BUILD_ID : BUILD_ID + 41] = value.encode().ljust(41, b"\0")
        elif key == "id":
            data[ID : ID + 8] = value.encode().ljust(8, b"\0")
        elif key == "machine":
            struct.pack_into("<H", data, elf + 18, int(value))
        elif key == "checksum":
            struct.pack_into("<I", data, CHECKSUM, int(value))
        elif key == "site-field":
            start, _ = find_section(data, elf, b".rela.kpatch.sites")
            struct.pack_into("<Q", data, start, int(value))
        elif key == "type":
            old, new = map(int, value.split(","))
            start, size = find_section(data, elf, b".rela.kpatch.text")
            for entry in range(start, start + size, 24):
                if struct.unpack_from("<I", data, entry + 8)[0] == old:
                    struct.pack_into("<I", data, entry + 8, new)
        else:
            new = bytes.fromhex(value)
            data[int(key, 0) : int(key, 0) + len(new)] = new
    with open(sys.argv[2], "wb") as out:
        out.write(data)


main()
