"""The frame allocator: `frames` shows the buddy lists, or what is known of one frame.

The structure is that of mm/frames.h, taken from the symbols; its two marks are macros there.
"""

from dataclasses import dataclass

import gdb

import machine
from machine import Command, CommandError, say

PAGE = 4096
FRAME_FREE, FRAME_USED = 0xF4EE, 0x05ED
DIRECT_MAP, DIRECT_MAP_END = 0xFFFF_8000_0000_0000, 0xFFFF_C000_0000_0000

_SHOWN = 6  # addresses in a line
_LONGEST = 1 << 20  # blocks of a list that are followed


def _size(order: int) -> str:
    shift = 12 + order
    for least, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if shift >= least:
            return f"{1 << shift - least} {unit}"
    raise ValueError(order)


@dataclass(frozen=True)
class Entry:
    """One struct frame."""

    next: int
    note: int
    previous: int
    state: int
    order: int


class Table:
    """frame_table and frame_lists; the table is read physically, a page at a time."""

    def __init__(self) -> None:
        machine.register("rip")  # first of all: is there a machine?
        self.base = self._variable("frame_table") - DIRECT_MAP
        self.count = self._variable("frame_table_count")
        self.free, self.total = self._variable("frames_free"), self._variable("frames_total")
        if self.base < 0 or not self.count:
            raise CommandError("there is no table of frames yet: frames_init has not run")
        self.layout = gdb.lookup_type("struct frame")
        self._pages: dict[int, bytes] = {}
        self.wrong: list[str] = []

    @staticmethod
    def _variable(name: str) -> int:
        symbol = gdb.lookup_global_symbol(name)
        if symbol is None:
            raise CommandError(f"no symbol {name}; this image has no frame allocator, or its "
                               "symbols are not loaded")
        value = symbol.value()
        data = machine.read_linear(int(value.address), value.type.sizeof)
        if data is None:
            raise CommandError("the image is not mapped yet; `hbreak kernel_main`, `continue`")
        return int.from_bytes(data, "little")

    def entry(self, number: int) -> Entry:
        """The entry of a frame."""
        size = self.layout.sizeof
        at, data = self.base + size * number, b""
        while len(data) < size:
            page, offset = (at + len(data)) & -PAGE, (at + len(data)) % PAGE
            if page not in self._pages:
                self._pages[page] = machine.read_physical(page, PAGE)
            data += self._pages[page][offset:offset + size - len(data)]
        frame = gdb.Value(data, self.layout)
        return Entry(*(int(frame[name]) for name in ("next", "note", "previous", "state", "order")))

    def orders(self) -> int:
        """How many there are."""
        kind = gdb.lookup_global_symbol("frame_lists").type
        return kind.range()[1] + 1

    def blocks(self, order: int) -> list[int]:
        """The frames that head the free blocks of an order; what is wrong with its list."""
        lists = gdb.lookup_global_symbol("frame_lists").value()
        data = machine.read_linear(int(lists.address) + 4 * order, 4)
        number, before = int.from_bytes(data or bytes(4), "little"), 0
        found: list[int] = []
        seen: set[int] = set()
        while number:
            if number >= self.count:
                self.wrong.append(f"order {order}: {number * PAGE:#x} lies behind the table's end")
                break
            if number in seen or len(seen) > _LONGEST:
                self.wrong.append(f"order {order}: the list is a circle, at {number * PAGE:#x}")
                break
            seen.add(number)
            entry = self.entry(number)
            if (entry.state, entry.order) != (FRAME_FREE, order):
                self.wrong.append(f"order {order}: {number * PAGE:#x} is listed, but its entry "
                                  f"says {_words(entry)}")
                break
            if entry.previous != before:
                self.wrong.append(f"order {order}: {number * PAGE:#x} links back to "
                                  f"{entry.previous * PAGE:#x}, not to {before * PAGE:#x}")
            if number % (1 << order):
                self.wrong.append(f"order {order}: {number * PAGE:#x} is not aligned")
            found.append(number)
            before, number = number, entry.next
        heads = set(found)
        if order < self.orders() - 1:
            self.wrong += [f"order {order}: {head * PAGE:#x} and its buddy are free, and not merged"
                           for head in found if head & 1 << order == 0 and head ^ 1 << order in heads]
        return found


def _words(entry: Entry) -> str:
    names = {FRAME_FREE: "free", FRAME_USED: "used"}
    if entry.state not in names:
        return f"it heads no block (state {entry.state:#x})"
    return f"{names[entry.state]}, order {entry.order}"


class Frames(Command):
    """Show the free blocks of physical memory, or what is known of one frame.

    frames          the buddy lists: for each order how many blocks are free, and the first of
                    them, in the order of the list
    frames ADDR     the frame that holds a physical address, or one in the direct map (any
                    expression): which block it belongs to, free or used, and its owner's note

    A list that contradicts itself is marked with `!!`: a link that does not lead back, an entry
    that is not free, buddies that are not merged. All is read in physical memory. An entry that
    no block has ever started at holds what memory held before, so `used` may be chance there.

    Example:  frames
              frames 0x1a3000
              frames $cr3"""

    name = "frames"

    def run(self, argument: str) -> None:
        table = Table()
        if argument:
            self._one(table, machine.evaluate(argument))
        else:
            self._lists(table)

    def _lists(self, table: Table) -> None:
        say(f"{table.free} of {table.total} frames are free: {table.free * PAGE >> 10} KiB; "
            f"table of {table.count} entries at physical {table.base:#x}")
        counted = 0
        for order in range(table.orders()):
            blocks = table.blocks(order)
            counted += len(blocks) << order
            if blocks:
                shown = " ".join(f"{number * PAGE:#x}" for number in blocks[:_SHOWN])
                say(f"  order {order:>2}  {_size(order):>8}  {len(blocks):>6} free  {shown}"
                    + (" ..." if len(blocks) > _SHOWN else ""))
        if counted != table.free:
            table.wrong.append(f"the lists hold {counted} frames, frames_free says {table.free}")
        for text in table.wrong:
            say(f"!! {text}")

    def _one(self, table: Table, address: int) -> None:
        if DIRECT_MAP <= address < DIRECT_MAP_END:
            address -= DIRECT_MAP
        number = address // PAGE
        here = f"frame {number:#x}, physical {number * PAGE:#x}: "
        if number >= table.count:
            raise CommandError(f"{address:#x} is behind the end of memory, {table.count * PAGE:#x}"
                               + ("; of a virtual address `pt` tells the physical one"
                                  if address >= 1 << 47 else ""))
        for order in range(table.orders()):
            for head in table.blocks(order):
                if head <= number < head + (1 << order):
                    self._block(here, "free", head, order, number)
                    return
        entry = table.entry(number)
        if entry.state == FRAME_FREE:
            say(f"{here}!! its entry says that it heads a free block of order {entry.order}, but "
                "it is in no list")
            return
        for order in range(table.orders()):
            head = number & -(1 << order)
            found = table.entry(head)
            if found.state == FRAME_USED and order <= found.order < table.orders():
                self._block(here, "used", head, found.order, number)
                say(f"  note {entry.note:#x}")
                return
        say(f"{here}in no block: it was never handed in (`bootinfo` tells whose it is)")

    def _block(self, here: str, state: str, head: int, order: int, number: int) -> None:
        end = head + (1 << order)
        say(f"{here}{'heads' if head == number else 'inside of'} a {state} block of order {order}, "
            f"{_size(order)}: {head * PAGE:#x} - {end * PAGE:#x}")


Frames()
