"""Symbols of an ELF64 file: name -> address, and address -> name+offset."""

import bisect
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from pagurus.errors import UsageError

_SHT_SYMTAB = 2
_SHF_EXECINSTR = 4
_STT_NOTYPE, _STT_OBJECT, _STT_FUNC = 0, 1, 2
_SHN_ABS = 0xFFF1


@dataclass(frozen=True)
class Symbol:
    """One entry of the symbol table that has a name and an address."""

    name: str
    address: int
    size: int
    is_function: bool
    is_code: bool


@dataclass
class Symbols:
    """The symbol table of one file."""

    path: Path
    by_name: dict[str, Symbol] = field(default_factory=dict)
    code: list[Symbol] = field(default_factory=list)  # sorted by address
    low: int = 0  # the address range that the file's loaded segments cover
    high: int = 0

    def covers(self, address: int) -> bool:
        """Whether an address lies in what the file loads."""
        return self.low <= address < self.high

    def find(self, address: int) -> tuple[Symbol, int] | None:
        """The code symbol at or below an address that this file covers, with the offset."""
        if not self.covers(address):
            return None
        at = bisect.bisect_right([symbol.address for symbol in self.code], address) - 1
        return (self.code[at], address - self.code[at].address) if at >= 0 else None

    def label_of_copy(self, address: int) -> tuple[str, int] | None:
        """Where an address is in the page that trampoline_start is copied to: a label, the offset.

        It has no section of its own at run time, and what NASM knows of lines is for code sections.
        """
        ends = [self.by_name.get(f"trampoline_{name}") for name in ("page", "start", "end")]
        if None in ends:
            return None
        page, start, end = (symbol.address for symbol in ends if symbol)
        at = address - page + start
        if not start <= at < end:
            return None
        near = max((symbol for symbol in self.by_name.values() if start <= symbol.address <= at),
                   key=lambda symbol: symbol.address)
        return near.name, at - near.address

    def line(self, address: int) -> str | None:
        """The source line of an address as `file.c:12`, or None; asks binutils' addr2line."""
        try:
            done = subprocess.run(
                ["addr2line", "-e", str(self.path), hex(address)],
                capture_output=True, text=True, timeout=10, check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        place = done.stdout.strip().split(" ")[0]
        return None if not place or place.startswith("??") or place.endswith(":?") else place


def read_symbols(path: Path) -> Symbols:
    """Read the symbol table; a file without one gives an empty table."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise UsageError(f"{path} is not a little-endian ELF64 file")
    symbols = Symbols(path)
    try:
        _read_segments(data, symbols)
        _read_tables(data, symbols)
    except struct.error as error:
        raise UsageError(f"{path} is cut short: {error}") from error
    return symbols


def _read_segments(data: bytes, symbols: Symbols) -> None:
    (phoff,) = struct.unpack_from("<Q", data, 32)
    phentsize, phnum = struct.unpack_from("<HH", data, 54)
    loads: list[tuple[int, int]] = []
    for index in range(phnum):
        kind, _, _, vaddr, _, _, memsz, _ = struct.unpack_from(
            "<IIQQQQQQ", data, phoff + index * phentsize)
        if kind == 1 and memsz:
            loads.append((vaddr, vaddr + memsz))
    if loads:
        symbols.low = min(start for start, _ in loads)
        symbols.high = max(end for _, end in loads)


def _read_tables(data: bytes, symbols: Symbols) -> None:
    (shoff,) = struct.unpack_from("<Q", data, 40)
    shentsize, shnum = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * shentsize)
                for i in range(shnum)]
    for section in sections:
        if section[1] != _SHT_SYMTAB:
            continue
        strings = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name_at, info, _, home, value, size = struct.unpack_from("<IBBHQQ", data, at)
            name = data[strings + name_at:data.index(b"\0", strings + name_at)].decode(errors="replace")
            kind = info & 15
            if not name or home == 0 or kind not in (_STT_NOTYPE, _STT_OBJECT, _STT_FUNC):
                continue
            is_code = home < shnum and bool(sections[home][2] & _SHF_EXECINSTR)
            symbol = Symbol(name, value, size, kind == _STT_FUNC, is_code)
            # A global name wins over a local one of the same name (NASM's and C's static).
            if name not in symbols.by_name or info >> 4:
                symbols.by_name[name] = symbol
            # NASM's local labels (`loop.next`) would hide the routine that they stand in.
            if is_code and kind != _STT_OBJECT and "." not in name:
                symbols.code.append(symbol)
    # Where several names share an address, a function's is the one to show.
    symbols.code.sort(key=lambda symbol: (symbol.address, symbol.is_function))
