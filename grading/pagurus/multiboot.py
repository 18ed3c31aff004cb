"""Multiboot information as a boot loader would leave it, made up by the grader.

Source: multiboot specification 0.6.96 §3.3; the layout is written down here independently of
common/include/multiboot.h.
"""

import struct
from collections.abc import Sequence

MAGIC = 0x2BADB002
MEMORY, CMDLINE, MODS, MEM_MAP = 1 << 0, 1 << 2, 1 << 3, 1 << 6

Range = tuple[int, int, int]  # base, length, multiboot's type
Module = tuple[int, int, int]  # start, end, string


class Information:
    """One block of memory from `base` on, with the structure at its start and all else behind."""

    def __init__(self, base: int) -> None:
        self.base = base
        self._data = bytearray(120)
        self._entries: list[int] = []  # offsets in the memory map

    def put(self, data: bytes, align: int = 4) -> int:
        """Append bytes; their address."""
        self._data += bytes(-len(self._data) % align)
        address = self.base + len(self._data)
        self._data += data
        return address

    def field(self, offset: int, value: int) -> None:
        """Set one 32-bit field of the structure."""
        struct.pack_into("<I", self._data, offset, value)

    def flag(self, bit: int) -> None:
        """Say that a field is valid."""
        self.field(0, struct.unpack_from("<I", self._data, 0)[0] | bit)

    def memory(self, lower_kib: int, upper_kib: int) -> None:
        """mem_lower and mem_upper."""
        self.flag(MEMORY)
        self.field(4, lower_kib)
        self.field(8, upper_kib)

    def memory_map(self, ranges: Sequence[Range], entry_sizes: Sequence[int]) -> None:
        """The memory map; entry i is entry_sizes[i] bytes long, its size field not counted."""
        entries = b"".join(
            (struct.pack("<IQQI", size, *one) + b"\xEE" * size)[:size + 4]
            for one, size in zip(ranges, entry_sizes))
        self.flag(MEM_MAP)
        self.field(44, len(entries))
        self.field(48, self.put(entries))
        self._entries = [sum(entry_sizes[:i]) + 4 * i for i in range(len(ranges))]

    def entry_size(self, index: int, size: int) -> None:
        """Let an entry of the map say that it has another size than it has."""
        (at,) = struct.unpack_from("<I", self._data, 48)
        struct.pack_into("<I", self._data, at - self.base + self._entries[index], size)

    def command_line(self, text: bytes) -> int:
        """The command line; its address."""
        self.flag(CMDLINE)
        address = self.put(text + b"\0", align=1)
        self.field(16, address)
        return address

    def modules(self, modules: Sequence[Module]) -> None:
        """The list of modules."""
        self.flag(MODS)
        self.field(20, len(modules))
        self.field(24, self.put(b"".join(struct.pack("<IIII", *one, 0) for one in modules)))

    @property
    def data(self) -> bytes:
        """The block, to be written at `base`."""
        return bytes(self._data)


def read_memory_map(read, information: int) -> list[Range]:
    """The memory map that a real boot loader left; `read(address, length)` reads memory."""
    length, at = struct.unpack("<II", read(information + 44, 8))
    data, ranges, offset = read(at, length), [], 0
    while offset < length:
        size, base, span, kind = struct.unpack_from("<IQQI", data, offset)
        ranges.append((base, span, kind))
        offset += size + 4
    return ranges


def read_modules(read, information: int) -> list[Module]:
    """The modules that a real boot loader left."""
    count, at = struct.unpack("<II", read(information + 20, 8))
    return [struct.unpack("<III", read(at + 16 * i, 12)) for i in range(count)]
