"""The frame allocator of lab 02 as the grader reads it out of a machine's memory.

The table's layout and the numbers that mark its entries are written down here a second time, on
purpose (see bootinfo.py). `Blocks` is also the model: a set of free blocks, of which taking and
giving back make another one.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from pagurus import bootinfo
from pagurus.bootinfo import BootInfo
from pagurus.checks import check, check_that, fail
from pagurus.machine import Machine
from pagurus.verdict import Words

PAGE = 4096
ORDERS = 19
FREE, USED = 0xF4EE, 0x05ED
ENTRY = 12
DIRECT_MAP = 0xFFFF_8000_0000_0000
LOW_END = 4 << 30
_LISTED_MAX = 10_000  # no memory of a test is cut into so many free blocks

Block = tuple[int, int]  # first frame, order
Blocks = frozenset[Block]


@dataclass(frozen=True)
class Entry:
    """One struct frame."""

    next: int  # or the note
    previous: int
    state: int
    order: int


def cut(pieces: Iterable[tuple[int, int]]) -> Blocks:
    """The largest blocks that pieces of memory (first frame, count) consist of."""
    blocks: set[Block] = set()
    for first, count in pieces:
        while count:
            order = min(count.bit_length() - 1, ORDERS - 1, (first & -first).bit_length() - 1)
            blocks.add((first, order))
            first, count = first + (1 << order), count - (1 << order)
    return frozenset(blocks)


def merged(blocks: Blocks, block: Block) -> Blocks:
    """What is free after `block` has been given back."""
    number, order = block
    left = set(blocks)
    while order < ORDERS - 1 and (number ^ 1 << order, order) in left:
        left.remove((number ^ 1 << order, order))
        number &= ~(1 << order)
        order += 1
    return frozenset(left | {(number, order)})


def without(blocks: Blocks, first: int, count: int) -> Blocks | None:
    """What is free after a run of frames has been taken out of one free block; None: not free."""
    for number, order in blocks:
        size = 1 << order
        if number <= first and first + count <= number + size:
            rest = [(number, first - number), (first + count, number + size - first - count)]
            return blocks - {(number, order)} | cut(rest)
    return None


def show(blocks: Iterable[Block], limit: int = 8) -> Words:
    """Blocks for a report."""
    shown = [f"order {order} at {number * PAGE:#x}" for number, order in sorted(blocks)]
    if len(shown) > limit:
        shown[limit:] = [f"… ({len(shown) - limit} more)"]
    return Words(", ".join(shown) or "none")


def check_blocks(label: str, expected: Blocks, found: Blocks) -> None:
    """Compare two sets of free blocks, and show only what differs."""
    if expected != found:
        fail(f"{label}: free blocks, without those that are right",
             show(expected - found), show(found - expected))


class Frames:
    """The allocator in a stopped machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.table = machine.u64("image:frame_table")
        self.count = machine.u32("image:frame_table_count")

    def entry(self, number: int) -> Entry:
        """The table's entry of a frame."""
        where = self.table - DIRECT_MAP + ENTRY * number
        return Entry(*struct.unpack("<IIHB", self.machine.read(where, 11, physical=True)))

    def free_blocks(self, when: str) -> Blocks:
        """All lists, followed from their heads; what contradicts itself fails the test."""
        heads = struct.unpack(f"<{ORDERS}I", self.machine.read("image:frame_lists", 4 * ORDERS))
        blocks: set[Block] = set()
        for order, number in enumerate(heads):
            before = 0
            while number:
                here = f"{when}, in the list of order {order}: frame {number:#x}"
                check_that(f"{here} lies in the table", number < self.count,
                           f"a number below {self.count:#x}", hex(number))
                if len(blocks) > _LISTED_MAX:
                    fail(f"{here}: there is no end of free blocks",
                         f"the largest blocks there are, less than {_LISTED_MAX}")
                if (number, order) in blocks:
                    fail(f"{here} stands in the list twice, or the list is a circle")
                entry = self.entry(number)
                check(f"{here}: its state", hex(FREE), hex(entry.state))
                check(f"{here}: its order", order, entry.order)
                check(f"{here}: its link to the one before", hex(before), hex(entry.previous))
                check_that(f"{here} is aligned", number % (1 << order) == 0,
                           f"a multiple of {1 << order:#x}", hex(number))
                blocks.add((number, order))
                before, number = number, entry.next
        self._check_apart(when, blocks)
        check(f"{when}: frames_free, as counted by the lists",
              sum(1 << order for _, order in blocks), self.machine.u64("image:frames_free"))
        return frozenset(blocks)

    def _check_apart(self, when: str, blocks: set[Block]) -> None:
        end, last = 0, (0, 0)
        for number, order in sorted(blocks):
            if number < end:
                fail(f"{when}: two free blocks overlap", found=show([last, (number, order)]))
            end, last = number + (1 << order), (number, order)
            if order < ORDERS - 1 and (number ^ 1 << order, order) in blocks:
                fail(f"{when}: both halves of a block are free, and not merged",
                     found=show([(number, order), (number ^ 1 << order, order)]))

    def check(self, when: str, expected: Blocks) -> None:
        """The free blocks are these."""
        check_blocks(when, expected, self.free_blocks(when))

    def check_used(self, when: str, block: Block) -> None:
        """The table says that this is a used block."""
        entry = self.entry(block[0])
        check(f"{when}: the state of the frame at {block[0] * PAGE:#x}", hex(USED),
              hex(entry.state))
        check(f"{when}: the order of the block at {block[0] * PAGE:#x}", block[1], entry.order)

    def check_set_up(self, info: BootInfo, low_only: bool) -> Blocks:
        """After frames_init: all free memory of boot_info but the table's, and nothing else."""
        table = self.table - DIRECT_MAP
        size = -(-self.count * ENTRY // PAGE) * PAGE
        check("what the table of frames lies in", {bootinfo.FREE}, info.types_in(table, size))
        limit = LOW_END if low_only else 1 << 64
        pieces = []
        for base, length, kind in info.regions:
            base, end = max(base, PAGE), min(base + length, limit)
            if kind != bootinfo.FREE or base >= end:
                continue
            for start, stop in ((base, min(end, table)), (max(base, table + size), end)):
                if start < stop:
                    # The direct map has two halves, below and above 4 GiB.
                    edges = [start, *([LOW_END] if start < LOW_END < stop else []), stop]
                    pieces += [(a // PAGE, (b - a) // PAGE) for a, b in zip(edges, edges[1:])]
        found = self.free_blocks("after set-up")
        check_blocks("after set-up", cut(pieces), found)
        check("frames_total after set-up", sum(count for _, count in pieces),
              self.machine.u64("image:frames_total"))
        return found


def private(machine: Machine, table: int, count: int) -> Frames:
    """Gives the allocator an empty table of `count` entries at physical `table`, full of what is
    there. The frames that it describes need not exist: an allocator writes the table only."""
    machine.write("image:frame_table", (DIRECT_MAP + table).to_bytes(8, "little"))
    machine.write("image:frame_table_count", count.to_bytes(4, "little"))
    machine.write("image:frame_lists", bytes(4 * ORDERS))
    for name in ("frames_total", "frames_free"):
        machine.write(f"image:{name}", bytes(8))
    return Frames(machine)


def hand_in(frames: Frames, pieces: list[tuple[int, int]]) -> Blocks:
    """Forgets what entries round the pieces mean, as frames_init does, and hands them in."""
    for first, count in pieces:
        edges = {first & -(1 << order) for order in range(ORDERS)} | {first + count}
        for number in edges:
            if number < frames.count:
                where = frames.table - DIRECT_MAP + ENTRY * number + 8
                frames.machine.write(where, bytes(2), physical=True)
    for first, count in pieces:
        frames.machine.call("frames_add", first, count)
    return cut(pieces)
