"""struct boot_info (common/include/boot_info.h) as the grader reads it out of a machine.

The offsets are written down here a second time, on purpose: a lab whose structure differs from
the contract must not pass because the grader followed it.
"""

import struct
from dataclasses import dataclass

from pagurus.machine import Machine

MAGIC = int.from_bytes(b"!PAGURUS", "little")
VERSION = 1
SIZE = 3544
REGIONS_MAX = 128
MODULES_MAX = 16
FREE, ACPI, NVS, RESERVED, BAD, LOADER, MODULE, IMAGE = range(1, 9)
TYPE_NAMES = ["?", "free", "ACPI", "ACPI NVS", "reserved", "bad", "loader", "module", "image"]

_REGION_COUNT, _REGIONS, _MODULES = 80, 88, 3160

Region = tuple[int, int, int]  # base, size, type


@dataclass(frozen=True)
class BootInfo:
    """The structure's fields, under their names in C."""

    magic: int
    version: int
    size: int
    command_line: int
    image_name: int
    loader_name: int
    image_base: int
    image_size: int
    image_vaddr: int
    regions: list[Region]
    modules: list[tuple[int, int, int]]  # base, size, string

    def type_at(self, address: int) -> int | None:
        """What the byte at an address is, or None where the list is silent."""
        for base, size, kind in self.regions:
            if base <= address < base + size:
                return kind
        return None

    def types_in(self, base: int, size: int) -> set[int | None]:
        """All types that occur in [base, base + size)."""
        edges = {base} | {edge for start, length, _ in self.regions
                          for edge in (start, start + length) if base <= edge < base + size}
        return {self.type_at(edge) for edge in edges}


def parse(data: bytes) -> BootInfo:
    """The structure from its bytes; counts beyond the arrays are cut to them."""
    head = struct.unpack_from("<QIIQQQQQQ", data)
    regions, modules = struct.unpack_from("<II", data, _REGION_COUNT)
    return BootInfo(
        *head,
        [struct.unpack_from("<QQQ", data, _REGIONS + 24 * i)
         for i in range(min(regions, REGIONS_MAX))],
        [struct.unpack_from("<QQQ", data, _MODULES + 24 * i)
         for i in range(min(modules, MODULES_MAX))])


def read(machine: Machine, address: int) -> BootInfo:
    """The structure at a physical address."""
    return parse(machine.read(address, SIZE, physical=True))


def pack_regions(regions: list[Region]) -> bytes:
    """A whole structure with nothing in it but regions."""
    data = bytearray(SIZE)
    struct.pack_into("<I", data, _REGION_COUNT, len(regions))
    for i, region in enumerate(regions):
        struct.pack_into("<QQQ", data, _REGIONS + 24 * i, *region)
    return bytes(data)


def show(regions: list[Region], limit: int = 12) -> str:
    """A list of regions for a report, one line each."""
    lines = [f"{base:#x}-{base + size:#x} {TYPE_NAMES[kind] if kind < 9 else kind}"
             for base, size, kind in regions]
    if len(lines) > limit:
        lines[limit:] = [f"… and {len(lines) - limit} more"]
    return "; ".join(lines) or "no region"


def claimed(claims: list[Region], limit: int = 1 << 64) -> list[Region]:
    """The map that a list of claims (base, size, type) makes, by the contract of regions.h.

    Done the slow and simple way: cut the address space at every edge of every claim, and take the
    strongest claim for each piece.
    """
    page, rounded = 4096, []
    for base, size, kind in claims:
        end = min(base + size, limit - 1)
        if kind == FREE:
            base, end = (base + page - 1) // page * page, end // page * page
        else:
            base, end = base // page * page, min((end + page - 1) // page * page, limit - page)
        if size and base < end:
            rounded.append((base, end, kind))
    edges = sorted({edge for base, end, _ in rounded for edge in (base, end)})
    result: list[Region] = []
    for start, end in zip(edges, edges[1:]):
        kinds = [kind for base, stop, kind in rounded if base <= start < stop]
        if not kinds:
            continue
        if result and result[-1][2] == max(kinds) and result[-1][0] + result[-1][1] == start:
            result[-1] = (result[-1][0], result[-1][1] + end - start, max(kinds))
        else:
            result.append((start, end - start, max(kinds)))
    return result
