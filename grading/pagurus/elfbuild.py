"""ELF64 images made to measure: valid ones of unusual shape, and broken ones.

Source: System V ABI, chapters 4 and 5; the layout is written down here independently of
common/include/elf.h.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

VADDR = 0xFFFFFFFF80000000
HEADER, PROGRAM_HEADER = 64, 56
PT_NULL, PT_LOAD, PT_NOTE = 0, 1, 4

# Field -> offset and format in the ELF header, and in a program header.
ELF_FIELDS = {
    "EI_CLASS": (4, "B"), "EI_DATA": (5, "B"), "EI_VERSION": (6, "B"), "e_type": (16, "H"),
    "e_machine": (18, "H"), "e_version": (20, "I"), "e_entry": (24, "Q"), "e_phoff": (32, "Q"),
    "e_phentsize": (54, "H"), "e_phnum": (56, "H"),
}
PROGRAM_FIELDS = {
    "p_type": (0, "I"), "p_flags": (4, "I"), "p_offset": (8, "Q"), "p_vaddr": (16, "Q"),
    "p_paddr": (24, "Q"), "p_filesz": (32, "Q"), "p_memsz": (40, "Q"), "p_align": (48, "Q"),
}


@dataclass
class Segment:
    """One program header and its bytes."""

    vaddr: int
    data: bytes = b""
    memsz: int | None = None  # None: as long as the data
    kind: int = PT_LOAD
    align: int = 1
    fields: dict[str, int] = field(default_factory=dict)  # these go into the header as they are


def image(segments: Sequence[Segment], entry: int = VADDR, **fields: int) -> bytes:
    """A file of these segments; `fields` of the ELF header are set as they are."""
    offset = HEADER + PROGRAM_HEADER * len(segments)
    headers, body = b"", b""
    for segment in segments:
        align = max(segment.align, 1)
        body += bytes((segment.vaddr - offset - len(body)) % align)
        memsz = len(segment.data) if segment.memsz is None else segment.memsz
        header = bytearray(struct.pack(
            "<IIQQQQQQ", segment.kind, 7, offset + len(body), segment.vaddr, segment.vaddr,
            len(segment.data), memsz, segment.align))
        for name, value in segment.fields.items():
            at, kind = PROGRAM_FIELDS[name]
            struct.pack_into("<" + kind, header, at, value)
        headers += header
        body += segment.data
    file = bytearray(struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, entry, HEADER, 0, 0, HEADER,
        PROGRAM_HEADER, len(segments), 0, 0, 0) + headers + body)
    for name, value in fields.items():
        at, kind = ELF_FIELDS[name]
        struct.pack_into("<" + kind, file, at, value)
    return bytes(file)


def loaded_segments(data: bytes) -> list[tuple[int, bytes, int]]:
    """Of a valid file: (vaddr, bytes in the file, bytes in memory) of each segment to load."""
    (offset,) = struct.unpack_from("<Q", data, 32)
    (count,) = struct.unpack_from("<H", data, 56)
    segments = []
    for i in range(count):
        kind, _, start, vaddr, _, filesz, memsz, _ = struct.unpack_from(
            "<IIQQQQQQ", data, offset + i * PROGRAM_HEADER)
        if kind == PT_LOAD and memsz:
            segments.append((vaddr, data[start:start + filesz], memsz))
    return segments
