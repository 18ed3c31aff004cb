"""The heap: `heap` sums it up by size class, `heap ADDR` finds the block that holds an address.

The structures are those of mm/slab.h and mm/heap_debug.c, taken from the symbols; notes, marks and
the areas of addresses are macros there.
"""

import gdb

import machine
from frames import DIRECT_MAP, DIRECT_MAP_END, FRAME_FREE, FRAME_USED, PAGE, Table
from machine import Command, CommandError, say

SLAB_NOTE, RUN_NOTE = 0x51AB00, 0xB1  # the upper bits of a frame's note, above order and pages
DEBUG_AREA, RECORDS = 0xFFFF_D000_0000_0000, 0xFFFF_D800_0000_0000
RUN_MAX = 1 << 18  # pages


def _variable(name: str) -> gdb.Value:
    """A variable of the image, whose memory can be read."""
    symbol = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    if symbol is None:
        raise CommandError(f"no symbol {name}; this image has no heap, or its symbols are not "
                           "loaded")
    value = symbol.value()
    if machine.read_linear(int(value.address), value.type.sizeof) is None:
        raise CommandError("the image is not mapped yet; `hbreak main`, `continue`")
    return value


class Slab:
    """One struct slab, and its list of free objects."""

    def __init__(self, address: int) -> None:
        layout = gdb.lookup_type("struct slab")
        data = machine.read_linear(address, layout.sizeof)
        if data is None:
            raise CommandError(f"there should be a slab at {address:#x}, but nothing is mapped")
        value = gdb.Value(data, layout)
        self.address, self.header = address, layout.sizeof
        self.used, self.objects, self.size, self.order, self.next = (
            int(value[name]) for name in ("used", "objects", "size", "order", "next"))
        self.end = address + (PAGE << (self.order & 31))
        self.wrong: list[str] = []
        if not 0 < self.objects * self.size <= self.end - address - self.header:
            self.wrong.append(f"{self.objects} objects of {self.size} bytes do not fit")
        self.free = self._free(int(value["free"]))
        if not self.wrong and self.used + len(self.free) != self.objects:
            self.wrong.append(f"{self.used} used and {len(self.free)} free objects are not "
                              f"{self.objects}")

    def _free(self, at: int) -> set[int]:
        found: set[int] = set()
        while at and not self.wrong:
            distance = self.end - at
            if at in found:
                self.wrong.append(f"the list of free objects is a circle, at {at:#x}")
            elif distance % self.size or not 0 < distance <= self.objects * self.size:
                self.wrong.append(f"the list of free objects leads to {at:#x}, which is none")
            else:
                found.add(at)
                at = int.from_bytes(machine.read_linear(at, 8) or b"", "little")
        return found

    def warn(self) -> None:
        """What is wrong with it."""
        for text in self.wrong:
            say(f"!! slab {self.address:#x}: {text}")


class Heap(Command):
    """Show the heap by size classes, or the block that holds an address.

    heap            for each size class that is in use: its slabs, its objects used and free; then
                    the large blocks
    heap ADDR       the block that holds an address (any expression): of which class, in which
                    slab, used or free; a large block and its pages; of the debugging heap
                    (HEAP=debug) also who allocated and who freed it

    A slab that contradicts itself is marked with `!!`: a list of free objects that leads out of
    it, or objects that are neither used nor free.

    Example:  heap
              heap block
              heap $rdi"""

    name = "heap"

    def run(self, argument: str) -> None:
        machine.register("rip")  # first of all: is there a machine?
        if not argument:
            self._classes()
            return
        address = machine.evaluate(argument)
        if DIRECT_MAP <= address < DIRECT_MAP_END:
            self._direct(address)
        elif DEBUG_AREA <= address < RECORDS:
            self._debug(address)
        else:
            raise CommandError(f"{address:#x} is not in the heap, which lies in the direct map; "
                               "`pt` tells what is mapped there")

    def _classes(self) -> None:
        caches = _variable("slab_caches")
        slabs: list[Slab] = []
        for number in range(caches.type.range()[1] + 1):
            cache = caches[number]
            total, at = int(cache["slabs"]), int(cache["partial"])
            listed: list[Slab] = []
            while at and at not in [slab.address for slab in listed]:
                listed.append(Slab(at))
                at = listed[-1].next
            slabs += listed
            if total:
                self._class(number, total, listed)
        runs, pages = int(_variable("heap_runs")), int(_variable("heap_run_pages"))
        say(f"large blocks: {runs}, of {pages} pages in all")
        for slab in slabs:
            slab.warn()
        if gdb.lookup_static_symbol("record_count"):
            say(f"debugging heap: {int(_variable('record_count'))} blocks so far; they are in "
                "no class")

    @staticmethod
    def _class(number: int, total: int, listed: list[Slab]) -> None:
        size = (number + 1) * 16 if number < 4 else (number % 4 + 5) << number // 4 + 3
        used = sum(slab.used for slab in listed)
        free = sum(len(slab.free) for slab in listed)
        full = total - len(listed)
        empty = sum(not slab.used for slab in listed)
        say(f"  class {size:>6}  slabs: {total:>5}, {full} full, {empty} empty"
            f"   objects in the others: {used} used, {free} free")

    def _direct(self, address: int) -> None:
        table = Table()
        number = (address - DIRECT_MAP) // PAGE
        if number >= table.count:
            raise CommandError(f"{address:#x} is behind the end of memory")
        note = table.entry(number).note
        if note >> 8 == SLAB_NOTE:
            self._object(Slab(address & -(PAGE << (note & 31))), address)
            return
        # An entry where no block ever started holds chance, so the note alone proves nothing.
        for head in range(number, max(0, number - RUN_MAX), -1):
            entry = table.entry(head)
            if entry.state == FRAME_FREE:
                break
            if entry.state != FRAME_USED:
                continue
            note = entry.note
            if note >> 24 == RUN_NOTE:
                pages = note & 0xFFFFFF
                if number < head + pages:
                    start = DIRECT_MAP + head * PAGE
                    say(f"{address:#x}: {address - start} bytes into the large block {start:#x}, "
                        f"used: {pages} pages")
                    return
                break
            if note >> 8 == SLAB_NOTE:
                break
        say(f"{address:#x}: no block of the heap; `frames {address - DIRECT_MAP:#x}` tells what "
            "is known of its frame")

    @staticmethod
    def _object(slab: Slab, address: int) -> None:
        where = (f"class {slab.size}, slab {slab.address:#x} - {slab.end:#x}, "
                 f"{slab.used} of {slab.objects} used")
        first = slab.end - slab.objects * slab.size
        if slab.wrong and not first > slab.address:
            slab.warn()
        elif address < first:
            what = "in the header" if address < slab.address + slab.header else "in the unused part"
            say(f"{address:#x}: {what} of a slab: {where}")
            slab.warn()
        else:
            index = (address - first) // slab.size
            start = first + index * slab.size
            state = "free" if start in slab.free else "used"
            say(f"{address:#x}: {address - start} bytes into the block {start:#x}, {state}: "
                f"object {index} of {where}")
            slab.warn()

    @staticmethod
    def _debug(address: int) -> None:
        count = int(_variable("record_count"))
        layout = gdb.lookup_type("struct record")

        def record(index: int) -> gdb.Value:
            data = machine.read_linear(RECORDS + index * layout.sizeof, layout.sizeof)
            if data is None:
                raise CommandError(f"the record of block {index} is not mapped")
            return gdb.Value(data, layout)

        low, high = 0, count
        while low < high:
            middle = (low + high) // 2
            if int(record(middle)["block"]) <= address:
                low = middle + 1
            else:
                high = middle
        said = False
        for index in (low - 1, low):  # the last block that starts at or below it, and the next
            if not 0 <= index < count:
                continue
            entry = record(index)
            start, size = int(entry["block"]), int(entry["size"])
            near = (f"{address - start} bytes into" if start <= address < start + size else
                    f"{start - address} bytes before" if address < start else
                    f"{address - start - size + 1} bytes past the end of")
            if index == low and said and near.endswith("before") and start - address > PAGE * 2:
                continue
            freed = int(entry["freed"])
            say(f"{address:#x}: {near} the {size}-byte block {start:#x}, "
                f"{'freed' if freed else 'used'}")
            say(f"  allocated in {machine.symbolise(int(entry['allocated']))}")
            if freed:
                say(f"  freed in {machine.symbolise(freed)}")
            said = True
            if start <= address < start + size:
                return
        if not said:
            say(f"{address:#x}: no block of the debugging heap has been there")


Heap()
