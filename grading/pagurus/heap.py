"""The heap of a stopped machine: malloc and its kin called from outside, and its slabs read."""

from dataclasses import dataclass

from pagurus.machine import Machine

PAGE = 4096
DIRECT_MAP = 0xFFFF800000000000
CLASS_MAX = 65536
CLASSES = [16, 32, 48, 64] + [(4 + i) * unit for unit in (16 << n for n in range(10))
                              for i in range(1, 5)]
ENOMEM, EINVAL = 12, 22
SLAB_FREE = 0xF4EEB10CF4EEB10C  # the mark in a free object
_OFTEN = 20_000_000  # instructions: many times what a call needs, memset of megabytes included
_ENTRY, _NOTE = 12, 0  # struct frame, and where its note is
_SLAB_NOTE, _RUN_NOTE = 0x51AB00, 0xB1


def class_of(size: int) -> int:
    """The size of the smallest class that holds `size` bytes."""
    return next(room for room in CLASSES if room >= size)


def slab_frames(size: int) -> int:
    """The frames of a slab of this class: eight objects, header or not."""
    frames = 1
    while frames * PAGE < 8 * size:
        frames *= 2
    return frames


@dataclass(frozen=True)
class Slab:
    """struct slab (mm/slab.h)."""

    start: int
    used: int
    objects: int
    size: int
    order: int


class Heap:
    """Calls into the machine, which stands in `main`."""

    def __init__(self, machine: Machine) -> None:
        self.m = machine

    def call(self, function: str, *arguments: int) -> int:
        """Any function."""
        return self.m.call(f"image:{function}", *arguments, budget=_OFTEN)

    def malloc(self, size: int) -> int:
        return self.call("malloc", size)

    def free(self, block: int) -> None:
        self.call("free", block)

    def errno(self) -> int:
        """And clears it."""
        where = self.call("errno_location")
        number = self.m.u32(where)
        self.m.write(where, bytes(4))
        return number

    def frames_free(self) -> int:
        """How many frames nobody owns now."""
        return self.m.u64("image:frames_free")

    def trim(self) -> int:
        """heap_trim, and then frames_free."""
        self.call("heap_trim")
        return self.frames_free()

    def note(self, address: int) -> int:
        """What the note of the frame at an address of the direct map says."""
        table = self.m.u64("image:frame_table")
        return self.m.u32(table + (address - DIRECT_MAP) // PAGE * _ENTRY + _NOTE)

    def slab(self, block: int) -> Slab | None:
        """The slab that holds a block; None for one that is a run of pages."""
        note = self.note(block)
        if note >> 8 != _SLAB_NOTE:
            return None
        start = block & -(PAGE << (note & 0xFF))
        used, objects, size, order = (self.m.u32(start + 32 + 4 * i) for i in range(4))
        return Slab(start, used, objects, size, order)

    def run_pages(self, block: int) -> int | None:
        """The pages of a large block; None for one in a slab."""
        note = self.note(block)
        return note & 0xFFFFFF if note >> 24 == _RUN_NOTE else None
