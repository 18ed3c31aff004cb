"""Exercise 2.2: page tables: what they map, and that they are given back.

All tests stop before address_space_init, so that 2.1 and 2.2 are all that they need.
"""

import random
import re
import struct

import pytest

from pagurus import x86
from pagurus.addressspace import (FLAGS, GIB, GLOBAL, MIB2, NONE, PAGE, Range, W, X, check_leaves,
                                  check_tree, entry_for, entry_of, entry_words, flags_words,
                                  largest_pages)
from pagurus.checks import check, check_that, exercise, fail
from pagurus.figures import EEXIST, EINVAL, ENOMEM, Result, count
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.qemu import read_flags
from pagurus.verdict import Words

LOWER, UPPER = 0x0000100000000000, 0xFFFFE80000000000
HALF, END = 1 << 47, 1 << 64
LIST_MAX = 64
GRANTS = x86.PTE_P | x86.PTE_W | x86.PTE_U | x86.PTE_NX  # in an entry that leads to a table

NO_GIB_PAGES = read_flags()["QEMU_CPU"].replace("+pdpe1gb", "-pdpe1gb")


class Tables:
    """Page tables of their own in a stopped machine, which no CR3 holds."""

    def __init__(self, machine: MachineFactory, cpu: str | None = None) -> None:
        self.m = machine(app="page_probe", machine="microvm", cpu=cpu)
        self.m.run_to("image:address_space_init")
        self.free = self.m.u64("frames_free")
        check("the result of page_tables_create", 0, self._call("page_tables_create"))

    def _call(self, function: str, *arguments: int) -> Result:
        return Result.of(self.m.call(f"image:{function}", self.m.address("probe_tables"),
                                     *arguments))

    def map(self, address: int, target: int, size: int, flags: int) -> Result:
        return self._call("page_map", address, target, size, flags)

    def protect(self, address: int, size: int, flags: int) -> Result:
        return self._call("page_protect", address, size, flags)

    def unmap(self, address: int, end: int, listed: bool = False) -> tuple[Result, str]:
        """The result, and where page_unmap says that it goes on."""
        place = self.m.address("probe_address")
        self.m.write(place, struct.pack("<Q", address))
        result = self._call("page_unmap", place, end % END,
                            self.m.address("probe_list") if listed else 0)
        return result, hex(self.m.u64(place))

    def listed(self) -> list[tuple[int, ...]]:
        """What page_unmap left in the list: address, target, size, flags of each page."""
        at = self.m.address("probe_list")
        count = self.m.u32(at)
        check_that("the number of pages in the list", count <= LIST_MAX, f"at most {LIST_MAX}",
                   count)
        return list(struct.iter_unpack("<4Q", self.m.read(at + 8, 32 * count)))

    def lookup(self, address: int) -> tuple[int, ...] | None:
        """Address, target, size and flags of the page there."""
        place = self.m.address("probe_mapping")
        before = bytes([0x5A]) * 32
        self.m.write(place, before)
        if not self._call("page_lookup", address, place) & 0xFF:
            check(f"*mapping after page_lookup({address:#x}), where nothing is mapped",
                  before.hex(), self.m.read(place, 32).hex(), "It is left as it was.")
            return None
        return struct.unpack("<4Q", self.m.read(place, 32))

    def leaves(self) -> list[x86.Leaf]:
        """All pages; no table is lost or empty, and each grants everything."""
        found = check_tree(self.m, "probe_tables", self.free)
        self._check_grants(self.m.u64("probe_tables"), 4)
        return found

    def _check_grants(self, table: int, level: int) -> None:
        """What leads to a table takes no right away: P, W and U are set, and NX is not."""
        for entry, in struct.iter_unpack("<Q", self.m.read(table, PAGE, physical=True)):
            if level == 1 or not entry & x86.PTE_P or level < 4 and entry & x86.PTE_PS:
                continue
            check_that(f"the entry {entry:#x}, which leads to a table of level {level - 1}",
                       entry & GRANTS == x86.PTE_P | x86.PTE_W | x86.PTE_U,
                       "P, W and U set, NX clear: only leaves take rights away",
                       ", ".join(name for name, bit in (("P", x86.PTE_P), ("W", x86.PTE_W),
                                                        ("U", x86.PTE_U), ("NX", x86.PTE_NX))
                                 if entry & bit))
            self._check_grants(entry & x86.PTE_ADDRESS, level - 1)


def words(leaves: list[x86.Leaf]) -> Words | list[str]:
    """Some pages, as a report shows them."""
    return Words(", ".join(map(str, leaves))) if leaves else []


def mapping_words(page: tuple[int, ...]) -> Words:
    """A struct page_mapping."""
    address, target, size, flags = page
    return Words(f"{address:#x} -> {target:#x}, {x86.SIZE_NAMES.get(size, hex(size))}, "
                 f"flags {flags_words(flags)}")


def draw_flags(rng: random.Random) -> int:
    """Any rights, any key; sometimes no access at all, which does not go with X."""
    if rng.randrange(4) == 0:
        return rng.getrandbits(64) & (FLAGS ^ X) | NONE
    return rng.getrandbits(64) & (FLAGS ^ NONE)


# -- map --------------------------------------------------------------------------------------


def check_sizes(tables: Tables, rng: random.Random, largest: int) -> None:
    """Ranges of every shape get the fewest pages, and page_lookup finds them."""
    page = PAGE * rng.randrange(1, 511)
    ranges: list[Range] = [
        (LOWER + page, 7 * GIB + page, PAGE, draw_flags(rng)),
        # From within 1 GiB over a whole one: all three sizes, up and down again.
        (LOWER + 3 * GIB - MIB2 - PAGE, 9 * GIB - MIB2 - PAGE, GIB + 2 * MIB2 + 2 * PAGE,
         draw_flags(rng)),
        (LOWER + 8 * GIB, 5 * MIB2, 2 * MIB2, draw_flags(rng)),
        # The virtual address is aligned and the physical one is not, and the other way round.
        (LOWER + 16 * GIB, GIB + PAGE, MIB2 + PAGE, draw_flags(rng)),
        (LOWER + 24 * GIB + PAGE, GIB, MIB2 + PAGE, draw_flags(rng)),
        (LOWER + 32 * GIB, GIB + MIB2, GIB, draw_flags(rng)),
        (HALF - GIB, 1 << 51, GIB, draw_flags(rng)),
        (UPPER - PAGE, 0, 2 * PAGE, draw_flags(rng) & ~NONE),
        (END - 2 * MIB2, (1 << 52) - 2 * MIB2, 2 * MIB2, draw_flags(rng)),
    ]
    rng.shuffle(ranges)
    for address, target, size, flags in ranges:
        check(f"page_map({address:#x}, target {target:#x}, {size:#x} bytes, {flags:#x})", 0,
              tables.map(address, target, size, flags))
    pages = largest_pages(ranges, largest)
    check_leaves(pages, tables.leaves())
    for address, target, size, flags in ranges:
        at = address + rng.randrange(size)
        seen = tables.lookup(at)
        check_that(f"page_lookup({at:#x})", seen is not None, "true", "false")
        assert seen is not None
        check(f"start and size of the page at {at:#x}, as page_lookup finds them",
              [(hex(start), hex(length)) for start, length, _ in pages
               if start <= at < start + length], [(hex(seen[0]), hex(seen[2]))])
        check(f"the physical address of {at:#x}, as page_lookup finds it",
              hex(target + at - address), hex(seen[1] + at - seen[0]))
        check(f"the flags of {at:#x}, as page_lookup finds them", Words(flags_words(flags)),
              Words(flags_words(seen[3])))
    for empty in (LOWER - 1, LOWER + page - 1, LOWER + page + PAGE, UPPER + PAGE,
                  END - 2 * MIB2 - 1):
        check(f"page_lookup({empty:#x}), where nothing is mapped", None, tables.lookup(empty))
    for start, end in ((0, HALF), (END - HALF, END)):
        check(f"page_unmap of the whole half that starts at {start:#x}", (0, hex(end % END)),
              tables.unmap(start, end))
    check("pages that are still mapped", [], words(tables.leaves()))


@exercise("2.2", weight=3, read="map a range")
def test_largest_pages_are_used(machine: MachineFactory, rng: random.Random) -> None:
    """1 GiB, 2 MiB and 4 KiB, whichever fits virtual address, physical address and size."""
    check_sizes(Tables(machine), rng, GIB)


@exercise("2.2", read="map a range")
def test_without_pages_of_1_gib(machine: MachineFactory, rng: random.Random) -> None:
    """On a processor that has no pages of 1 GiB, 2 MiB is the largest size."""
    check_sizes(Tables(machine, NO_GIB_PAGES), rng, MIB2)


# -- all together, against a model --------------------------------------------------------------


@exercise("2.2", weight=3, read="unmap a range")
@pytest.mark.parametrize("gib_pages", [True, False], ids=["pages_of_1_gib", "pages_of_2_mib"])
def test_operations_agree_with_a_model(machine: MachineFactory, rng: random.Random,
                                       gib_pages: bool) -> None:
    """Many random map, unmap, protect and look-up: each result is right, and so are the tables."""
    m = machine(app="page_model", machine="microvm", cpu=None if gib_pages else NO_GIB_PAGES)
    m.run_to("image:address_space_init")
    free = m.u64("frames_free")
    seed = rng.getrandbits(60)
    m.explain(f"The same operations, in your hands: make run LAB=02 APP=page_model ARGS={seed}")
    check("the result of page_tables_create", 0, m.call("model_begin", seed))
    for operations in (300, 3000, 60000) if gib_pages else (300, 15000):
        if m.call("model_run", operations, budget=4_000_000_000) & 0xFFFFFFFF:
            differs(m)
        check_pieces(m, check_tree(m, "model_tables", free))
    if m.call("model_end", budget=400_000_000) & 0xFFFFFFFF:
        differs(m)
    check("pages that are still mapped when all is unmapped", [],
          words(check_tree(m, "model_tables", free)))


def differs(m: Machine) -> None:
    """What the application has found to be wrong."""
    what, *values = (m.cstring(f"model_{part}") for part in ("what", "expected", "found"))
    fail(what, *(str(Result(value)) if value.startswith("-") else
                 re.sub("flags (0x[0-9a-f]+|0)", lambda flags:
                        f"flags {flags_words(int(flags[1], 0))}", value)
                 for value in values))


def check_pieces(m: Machine, leaves: list[x86.Leaf]) -> None:
    """The pages in memory are those of the model's pieces, with all their bits."""
    pieces = iter(struct.iter_unpack("<4Q", m.read("model_pieces", 32 * m.u64("model_count"))))
    address = target = size = flags = 0
    for leaf in leaves:
        if not size:
            address, size, target, flags = next(pieces, (0, 0, 0, 0))
        check_that("a page in the tables", leaf.virtual == address and leaf.size <= size,
                   f"one at {address:#x}, and {size:#x} bytes on" if size else "no more",
                   Words(leaf))
        check(f"the entry of the {x86.SIZE_NAMES[leaf.size]} page at {address:#x}",
              Words(entry_words(entry_for(target, leaf.size, flags))),
              Words(entry_words(entry_of(leaf))))
        check_that("a page has at all levels the rights that its own entry grants",
                   (leaf.writable, leaf.executable) == (bool(flags & W), bool(flags & X)),
                   "tables above that grant everything", Words(leaf))
        address, target, size = address + leaf.size, target + leaf.size, size - leaf.size
    check_that("where the tables end too early", not size and next(pieces, None) is None,
               "no more pages", f"nothing at {address:#x}")


# -- splitting ----------------------------------------------------------------------------------


@exercise("2.2", weight=2, read="a table where none was")
@pytest.mark.parametrize("executable", [True, False], ids=["of_code", "of_data"])
def test_split_keeps_every_bit(machine: MachineFactory, rng: random.Random,
                               executable: bool) -> None:
    """Of 1 GiB, one page changes: all else keeps rights, key, caching, accessed and dirty bits."""
    tables = Tables(machine)
    target = GIB * rng.randrange(1, 1 << 20)
    # Either lacks a right, so that a part can get more; and each bit is on in one, off in the other.
    flags = draw_flags(rng)
    flags = (flags | X) & ~(W | NONE) if executable else (flags | W) & ~X
    check("page_map of 1 GiB", 0, tables.map(UPPER, target, GIB, flags))
    _, found = x86.tree(lambda at, size: tables.m.read(at, size, physical=True),
                        tables.m.u64("probe_tables"))
    used = x86.PTE_A if executable else x86.PTE_A | x86.PTE_D
    tables.m.write(found[1].address, struct.pack("<Q", entry_for(target, GIB, flags) | used),
                   physical=True)
    tables.m.explain("The page of 1 GiB had been used "
                     f"(accessed{' and dirty' if used & x86.PTE_D else ''}) before it was split.")
    at = MIB2 * rng.randrange(1, 511) + PAGE * rng.randrange(2, 510)
    other = flags ^ (W if flags & NONE else X | W)
    check("page_protect of one page within 1 GiB", 0, tables.protect(UPPER + at, PAGE, other))
    behind = (UPPER + at + PAGE, target + at + PAGE, GIB - at - PAGE, flags)
    leaves = tables.leaves()
    check_leaves(largest_pages([(UPPER, target, at, flags),
                                (UPPER + at, target + at, PAGE, other), behind], MIB2), leaves)
    for leaf in leaves:
        check(f"the accessed and dirty bits of the page at {leaf.virtual:#x}", hex(used),
              hex(leaf.entry & (x86.PTE_A | x86.PTE_D)))
    check("page_unmap of two pages", (0, hex(UPPER + at + PAGE)),
          tables.unmap(UPPER + at - PAGE, UPPER + at + PAGE))
    check_leaves(largest_pages([(UPPER, target, at - PAGE, flags), behind], MIB2), tables.leaves())


@exercise("2.2", read="change the rights of a range")
def test_pages_stay_whole(machine: MachineFactory, rng: random.Random) -> None:
    """page_protect splits no page that lies in the range, or that has these flags already."""
    tables = Tables(machine)
    check("page_map of 1 GiB", 0, tables.map(LOWER, GIB, GIB, W | GLOBAL))
    at = PAGE * rng.randrange(1, 1 << 17)
    check("page_protect with the flags that the page has", 0,
          tables.protect(LOWER + at, PAGE, W | GLOBAL))
    check_leaves(largest_pages([(LOWER, GIB, GIB, W | GLOBAL)]), tables.leaves())
    check("page_protect, with nothing mapped before and behind", 0,
          tables.protect(LOWER - 3 * GIB, 8 * GIB, X))
    check_leaves(largest_pages([(LOWER, GIB, GIB, X)]), tables.leaves())


# -- unmap's list ---------------------------------------------------------------------------------


@exercise("2.2", weight=2, read="unmap a range")
def test_unmapped_pages_are_listed(machine: MachineFactory, rng: random.Random) -> None:
    """64 pages a call, each with its size and flags; the next call goes on behind them."""
    tables = Tables(machine)
    count = rng.randrange(LIST_MAX + 2, 2 * LIST_MAX - 2)
    flags, target = draw_flags(rng), GIB * rng.randrange(1, 99)
    small, large = LOWER + MIB2 - PAGE * count, LOWER + 4 * MIB2  # a hole between
    tables.map(small, target + MIB2 - PAGE * count, PAGE * count, flags)
    tables.map(large, target, 2 * MIB2, flags)
    pages = [(small + PAGE * i, target + MIB2 + PAGE * (i - count), PAGE, flags)
             for i in range(count)]
    pages += [(large + MIB2 * i, target + MIB2 * i, MIB2, flags) for i in range(2)]
    at, found = hex(small - 5 * PAGE), []
    for _ in range(2):
        result, at = tables.unmap(int(at, 16), large + 2 * MIB2, listed=True)
        check("the result of page_unmap", 0, result)
        found.append(tables.listed())
    check("how many pages the first list holds", LIST_MAX, len(found[0]))
    check("where the second call has come to", hex(large + 2 * MIB2), at)
    for expected, page in zip(pages, found[0] + found[1]):
        check(f"address, target, size, flags of the page at {expected[0]:#x}, in the list",
              mapping_words(expected), mapping_words(page))
    check("how many pages were listed", len(pages), len(found[0] + found[1]))
    check("pages that are still mapped", [], words(tables.leaves()))


# -- errors ---------------------------------------------------------------------------------------


@exercise("2.2", weight=2, read="map a range")
def test_errors_change_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """Where something is mapped: -EEXIST; what the contract excludes: -EINVAL."""
    tables = Tables(machine)
    tables.map(LOWER + MIB2, GIB, MIB2, W)
    tables.map(UPPER, GIB, GIB, X)
    before = tables.leaves()
    for address, size in ((LOWER + MIB2, PAGE), (LOWER + 2 * MIB2 - PAGE, 2 * PAGE),
                          (LOWER, MIB2 + PAGE), (LOWER - GIB, 3 * GIB),
                          (UPPER + PAGE * rng.randrange(1 << 18), PAGE), (UPPER - PAGE, 2 * PAGE)):
        check(f"page_map({address:#x}, {size:#x} bytes), where something is mapped", -EEXIST,
              tables.map(address, 0, size, W))
    for address, target, size, flags in (
            (LOWER, 0, 0, W), (LOWER + 1, 0, PAGE, W), (LOWER, 0, PAGE - 1, W), (LOWER, 1, PAGE, W),
            (LOWER, 1 << 52, PAGE, W), (LOWER, (1 << 52) - PAGE, 2 * PAGE, W),
            (LOWER, END - PAGE, 2 * PAGE, W), (LOWER, 0, PAGE, 1 << 9),
            (LOWER, 0, PAGE, x86.PTE_PS), (HALF - PAGE, 0, 2 * PAGE, W), (HALF, 0, PAGE, W),
            (END - PAGE, 0, 2 * PAGE, W)):
        check(f"page_map({address:#x}, target {target:#x}, {size:#x} bytes, flags {flags:#x})",
              -EINVAL, tables.map(address, target, size, flags))
    check("page_protect of no page", -EINVAL, tables.protect(LOWER + MIB2, 0, X))
    check("page_unmap backwards", (-EINVAL, hex(LOWER + 2 * MIB2)),
          tables.unmap(LOWER + 2 * MIB2, LOWER + MIB2))
    check("what is mapped after all these errors", words(before), words(tables.leaves()))


@exercise("2.2", weight=3, read="give empty tables back")
def test_no_memory_changes_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """Without frames for tables: -ENOMEM, no table is left over, all is mapped as before."""
    tables = Tables(machine)
    # Three tables for the first page, and one more for the two that lie in the next 2 MiB.
    address, size = LOWER + MIB2 - PAGE, 3 * PAGE
    for keep in range(4):
        tables.m.call("hoard_frames", keep)
        check(f"page_map of three pages, which needs 4 tables, with {keep} free frames", -ENOMEM,
              tables.map(address, GIB, size, W))
        check("frames that are free afterwards", count(keep), count(tables.m.u64("frames_free")))
        tables.m.call("return_frames")
        check("what is mapped afterwards", [], words(tables.leaves()))
    tables.m.call("hoard_frames", 4)
    check("page_map of the same with 4 free frames", 0, tables.map(address, GIB, size, W))
    tables.m.call("return_frames")
    check_leaves(largest_pages([(address, GIB, size, W)]), tables.leaves())

    check("page_map of 1 GiB and a page", 0, tables.map(UPPER, GIB, GIB + PAGE, W))
    inside = UPPER + MIB2 * rng.randrange(512) + PAGE * rng.randrange(1, 511)
    for keep in range(2):
        tables.m.call("hoard_frames", keep)
        check(f"page_protect of one page within 1 GiB with {keep} free frames", -ENOMEM,
              tables.protect(inside, PAGE, X))
        check("page_unmap of the same", (-ENOMEM, hex(inside)),
              tables.unmap(inside, inside + PAGE))
        tables.m.call("return_frames")
        pages = [leaf for leaf in tables.leaves() if leaf.virtual >= UPPER]
        check("bytes that are mapped afterwards", GIB + PAGE, sum(leaf.size for leaf in pages))
        for leaf in pages:
            check(f"the entry for {leaf.virtual:#x} afterwards",
                  Words(entry_words(entry_for(leaf.virtual - UPPER + GIB, leaf.size, W))),
                  Words(entry_words(entry_of(leaf))))

    # Two small pages go, of which a neighbour keeps the table; the large one behind them cannot.
    small = LOWER + GIB - 3 * PAGE
    check("page_map of three pages", 0, tables.map(small, 0, 3 * PAGE, W))
    check("page_map of 2 MiB behind them", 0, tables.map(LOWER + GIB, 0, MIB2, W))
    tables.m.call("hoard_frames", 0)
    check("page_unmap of two pages and a part of a large one, without a free frame: its result, "
          "and *address, where the large page starts", (-ENOMEM, hex(LOWER + GIB)),
          tables.unmap(small + PAGE, LOWER + GIB + 5 * PAGE, listed=True))
    check("the pages that were unmapped before that, as the list has them",
          [hex(small + PAGE), hex(small + 2 * PAGE)], [hex(page[0]) for page in tables.listed()])
    tables.m.call("return_frames")
