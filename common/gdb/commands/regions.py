"""What the application may use: `regions` shows what is reserved, and what of it is there.

The structures are those of mm/regions.h and mm/region_tree.h, taken from the symbols.
"""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass

import gdb

import machine
from machine import Command, CommandError, say

PAGE = 4096
P, W, PS, NX = 1 << 0, 1 << 1, 1 << 7, 1 << 63
SPARSE, LARGE = 1, 2  # REGION_…
_ADDRESS = 0x000F_FFFF_FFFF_F000
_KEY_SHIFT = 59
_MOST = 1 << 20  # regions, and tables, that are followed


def _size(size: int) -> str:
    for shift, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB")):
        if size >= 1 << shift and size % (1 << shift - 4) == 0:
            return f"{size / (1 << shift):.4g} {unit}"
    return f"{size >> 10} KiB"


def _rights(flags: int) -> str:
    """Of the flags of mm/page_tables.h."""
    if flags & P:  # PAGE_NONE
        return "---"
    key = flags >> _KEY_SHIFT & 15
    return "r" + ("w" if flags & W else "-") + ("x" if flags & NX else "-") + (
        f" key {key}" if key else "")


@dataclass(frozen=True)
class Region:
    """A struct region."""

    start: int
    end: int
    flags: int
    kind: int

    def __str__(self) -> str:
        return f"{self.start:#014x} - {self.end:#014x}"

    @property
    def words(self) -> str:
        kind = [word for bit, word in ((SPARSE, "sparse"), (LARGE, "large")) if self.kind & bit]
        return "  ".join([f"{_size(self.end - self.start):>9}", _rights(self.flags), *kind])


@dataclass(frozen=True)
class Page:
    """A leaf of the tables."""

    address: int
    size: int
    entry: int

    @property
    def flags(self) -> int:
        return (self.entry ^ (NX | P)) & (NX | P | W | 15 << _KEY_SHIFT)


class Space:
    """application_space: its tree, and what its tables map in its range."""

    def __init__(self) -> None:
        machine.register("rip")  # first of all: is there a machine?
        symbol = gdb.lookup_global_symbol("application_space")
        if symbol is None:
            raise CommandError("no symbol application_space; this image has no regions, or its "
                               "symbols are not loaded")
        space = self._read(int(symbol.value().address), symbol.type)
        if space is None:
            raise CommandError("the image is not mapped yet; `hbreak main`, `continue`")
        self.wrong: list[str] = []
        self.start, self.end = int(space["start"]), int(space["end"])
        self.count = int(space["tree"]["count"])
        self._region = gdb.lookup_type("struct region")
        self.regions = list(self._below(int(space["tree"]["root"]), 0, set()))
        tables = self._read(int(space["tables"]), gdb.lookup_type("struct page_tables"))
        root = int(tables["root"]) if tables is not None else 0
        if not root:
            raise CommandError("there are no page tables yet: address_space_init has not run")
        self.pages = list(self._leaves(root, 4, 0, [0]))

    @staticmethod
    def _read(address: int, kind: gdb.Type) -> gdb.Value | None:
        data = machine.read_linear(address, kind.sizeof)
        return None if data is None else gdb.Value(data, kind)

    def _below(self, address: int, parent: int, seen: set[int]) -> Iterator[Region]:
        """The regions of a node and all below it, in order."""
        stack: list[tuple[int, gdb.Value]] = []
        while address or stack:
            while address:
                region = None if address in seen else self._read(address, self._region)
                if region is None or len(seen) > _MOST:
                    self.wrong.append(f"the tree's node {address:#x} " + (
                        "is met twice" if address in seen else "cannot be read"))
                    address = 0
                    break
                seen.add(address)
                if int(region["node"]["parent"]) != parent:
                    self.wrong.append(f"the node {address:#x} says that its parent is "
                                      f"{int(region['node']['parent']):#x}, not {parent:#x}")
                stack.append((address, region))
                parent, address = address, int(region["node"]["child"][0])
            if not stack:
                return
            parent, region = stack.pop()
            yield Region(int(region["node"]["start"]), int(region["node"]["end"]),
                         int(region["flags"]), int(region["kind"]))
            address = int(region["node"]["child"][1])

    def _leaves(self, table: int, level: int, base: int, read: list[int]) -> Iterator[Page]:
        """What is mapped in the space's range, also what allows no access."""
        read[0] += 1
        if read[0] > _MOST:
            raise CommandError("the page tables have no end: does an entry lead back to its table?")
        data = machine.read_physical(table, PAGE)
        size = 1 << (12 + 9 * (level - 1))
        for index in range(256 if level == 4 else 512):
            entry = int.from_bytes(data[8 * index:8 * index + 8], "little")
            address = base + index * size
            if not entry:
                continue
            if level == 1 or level < 4 and entry & PS:
                yield Page(address, size, entry)
            else:
                yield from self._leaves(entry & _ADDRESS, level - 1, address, read)

    def region_of(self, address: int) -> Region | None:
        """The region that holds an address."""
        index = bisect.bisect_right(self.regions, address, key=lambda region: region.start) - 1
        found = self.regions[index] if index >= 0 else None
        return found if found and address < found.end else None

    def committed(self, region: Region) -> int:
        """Bytes of a region that are there."""
        first = bisect.bisect_left(self.pages, region.start, key=lambda page: page.address)
        last = bisect.bisect_left(self.pages, region.end, key=lambda page: page.address)
        return sum(page.size for page in self.pages[first:last])

    def check(self) -> None:
        """Collect what contradicts itself."""
        if self.count != len(self.regions):
            self.wrong.append(f"the tree has {len(self.regions)} nodes, its count says {self.count}")
        for region in self.regions:
            if not self.start <= region.start < region.end <= self.end:
                self.wrong.append(f"{region}: not a range in the space")
        for one, two in zip(self.regions, self.regions[1:]):
            if two.start < one.end:
                self.wrong.append(f"{two}: overlaps the region before it, or is out of order")
            if two.start == one.end and (one.flags, one.kind) == (two.flags, two.kind):
                self.wrong.append(f"{two}: like the region before it, and not one with it")
        for page in self.pages:
            region = self.region_of(page.address)
            if region is None or page.address + page.size > region.end:
                self.wrong.append(f"page {page.address:#x}: mapped, and "
                                  + ("in no region" if region is None else "larger than its region"))
            elif _rights(page.flags) != _rights(region.flags):
                self.wrong.append(f"page {page.address:#x}: {_rights(page.flags)} in a region "
                                  f"that is {_rights(region.flags)}")


class Regions(Command):
    """Show what the application has reserved (mmap), and how much of it is there.

    regions         all regions: where, how large, the rights (`---` is PROT_NONE), their kind
                    (sparse: MAP_NORESERVE; large: committed 2 MiB at once), bytes committed
    regions ADDR    the region that holds an address (any expression), and the page there; or how
                    far it is from the next regions

    What contradicts itself is marked with `!!`: a broken tree, neighbours that should be one
    region, a page outside of every region or with other rights than its region.

    Example:  regions
              regions 0x100000000
              regions $cr2"""

    name = "regions"

    def run(self, argument: str) -> None:
        space = Space()
        if argument:
            self._one(space, machine.evaluate(argument))
            return
        space.check()
        plural = "" if len(space.regions) == 1 else "s"
        say(f"application_space {space.start:#014x} - {space.end:#014x}: "
            f"{len(space.regions)} region{plural}")
        for region in space.regions:
            say(f"  {region}  {region.words}  {_size(space.committed(region))} committed")
        for text in space.wrong[:20]:
            say(f"!! {text}")

    def _one(self, space: Space, address: int) -> None:
        region = space.region_of(address)
        if region is None:
            self._hole(space, address)
            return
        say(f"{address:#x} is in {region}  {region.words}, {_size(space.committed(region))} committed")
        page = next((page for page in space.pages
                     if page.address <= address < page.address + page.size), None)
        if page is None:
            say("  nothing is there yet: the first touch commits it" if not region.flags & P else
                "  nothing is there, and no access is allowed")
        else:
            target = page.entry & _ADDRESS & -page.size
            say(f"  a page of {_size(page.size)}, {_rights(page.flags)}, at physical {target:#x}")

    def _hole(self, space: Space, address: int) -> None:
        if not space.start <= address < space.end:
            say(f"{address:#x} is not the application's: {space.start:#x} - {space.end:#x}")
            return
        say(f"{address:#x} is in no region")
        below = [region for region in space.regions if region.end <= address]
        above = [region for region in space.regions if region.start > address]
        if below:
            say(f"  {address - below[-1].end:#x} bytes behind the end of {below[-1]}")
        if above:
            say(f"  {above[0].start - address:#x} bytes before the start of {above[0]}")


Regions()
