"""Exercise 2.2: when the TLB is told of a change, what it is told, and in which order.

All tests stop before address_space_init, so that 2.1 and 2.2 are all that they need.
"""

import random
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from pagurus import x86
from pagurus.addressspace import GIB, MIB2, NONE, PAGE, W, entry_for, entry_of, read_tree
from pagurus.checks import check, check_that, exercise
from pagurus.figures import Result, count
from pagurus.lab import MachineFactory
from pagurus.outcome import Kind
from pagurus.qemu import accelerator
from pagurus.verdict import CallFailed

LOWER, UPPER = 0x0000100000000000, 0xFFFFE80000000000
OLD, NEW = 0x01D, 0x4E3  # words in page_probe.c

# -- what is read through the TLB -----------------------------------------------------------------
# The scenes of page_probe.c, in its order.
FLUSHED = {
    "unmapped_page": "a page was unmapped, and its address mapped to another frame",
    "unmapped_range": "three pages were unmapped, and the third one mapped to another frame",
    "unmapped_part": "one page of 4 KiB was cut out of one of 2 MiB, and mapped to another frame",
    "unmapped_large": "a page of 2 MiB was unmapped, and its address mapped to other memory",
    "protected_page": "a page's rights were changed by page_protect",
    "protected_part": "one page of 4 KiB within one of 2 MiB was changed by page_protect",
    "forbidden_page": "a page was given PAGE_NONE, and then other flags",
}
KEPT = {
    "protected_as_before": "page_protect was called with the flags that the page has",
    "mapped_anew": "page_map filled an entry that was absent",
    "neighbour_unmapped": "the page below it was unmapped",
    "neighbour_protected": "the rights of the page below it were changed",
    "allowed_again": "a page with PAGE_NONE, whose P is clear, was given other flags",
}


def read_through_tlb(machine: MachineFactory, scenes: dict[str, str]) -> dict[str, int]:
    """The words that page_probe.c reads through the TLB in the end."""
    m = machine(app="page_probe", machine="microvm")
    m.run_to("image:address_space_init")
    free, order, words = m.u64("frames_free"), [*FLUSHED, *KEPT], {}
    for scene, meaning in scenes.items():
        words[scene] = m.call("probe_tlb", order.index(scene))
        check_that(f"the scene is played to its end: {meaning}", words[scene] in (OLD, NEW),
                   "no error, and one of the two words", hex(words[scene]))
        check("frames that are free afterwards", count(free), count(m.u64("frames_free")))
    return words


@exercise("2.2", weight=6, read="when to flush")
def test_changed_entries_are_flushed(machine: MachineFactory) -> None:
    """What was unmapped or protected is read anew from the tables, at that very address."""
    for scene, word in read_through_tlb(machine, FLUSHED).items():
        check_that(f"what is read after {FLUSHED[scene]}", word == NEW,
                   "the new page's word", "the old page's word: the TLB still has it",
                   hint="INVLPG takes an address within the page, and forgets that page alone.")


@exercise("2.2", weight=6, read="when to flush")
def test_nothing_else_is_flushed(machine: MachineFactory) -> None:
    """An entry that was absent or does not change, and any other page, needs no INVLPG."""
    for scene, word in read_through_tlb(machine, KEPT).items():
        # A real processor may forget any translation at any time.
        check_that(f"whether the TLB has kept a translation when {KEPT[scene]}",
                   word == OLD or accelerator() != "tcg", "kept: nothing flushes it", "flushed",
                   hint="The test had changed the entry behind the kernel's back, to see this.")


# -- INVLPG, seen from outside --------------------------------------------------------------------

# QEMU drops more than INVLPG asks for, and keeps no way to a table: what is forgotten or too early
# shows in no word that is read. So the machine stops at each INVLPG and looks at the tables.

# `invlpg (register)`, as x86.h writes it; a REX prefix may stand before it.
INVLPG = re.compile(rb"(?s)\x41?\x0f\x01(?:[\x38-\x3b\x3e\x3f]|\x3c\x24|\x7d\x00)")
BASES = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()


@dataclass(frozen=True)
class Told:
    """An INVLPG or a frame_free with what the tables held at that moment."""

    is_flush: bool
    address: int
    leaves: list[x86.Leaf]
    tables: dict[int, x86.Table]

    def entry(self, address: int) -> int:
        """The leaf that maps an address, accessed and dirty bits apart; 0: nothing does."""
        return next((entry_of(leaf) for leaf in self.leaves
                     if leaf.virtual <= address < leaf.end), 0)


class Watched:
    """Page tables that no CR3 holds, and every INVLPG that the functions on them execute."""

    def __init__(self, machine: MachineFactory) -> None:
        self.m = machine(app="page_probe", machine="microvm")
        self.m.run_to("image:address_space_init")
        check("the result of page_tables_create", 0,
              self.m.call("page_tables_create", self.m.address("probe_tables")))

    def tree(self) -> tuple[list[x86.Leaf], dict[int, x86.Table]]:
        leaves, tables = read_tree(self.m, self.m.u64("probe_tables"))
        return leaves, {table.address: table for table in tables}

    def _flushes(self) -> set[int]:
        """Where an INVLPG may stand in the code; what seems to be a prefix may be none."""
        start = self.m.address("image:image_start")
        text = self.m.read(start, self.m.address("image:image_text_end") - start)
        return {start + at for found in INVLPG.finditer(text)
                for at in (found.start(), found.start() + (found[0][0] == 0x41))}

    def _told(self, is_flush: bool) -> Told:
        if not is_flush:
            return Told(False, self.m.reg("rdi"), *self.tree())
        code = self.m.read(self.m.reg("rip"), 4)
        base = code[3] & 7 | 8 if code[0] == 0x41 else code[2] & 7
        return Told(True, self.m.reg(BASES[base]), *self.tree())

    def call(self, function: str, *arguments: int) -> list[Told]:
        """Each INVLPG and each frame_free of a call that has to succeed."""
        m, before, told = self.m, self.m.registers(), []
        free = m.address("image:frame_free")
        top = before["rsp"] - 1024 & ~15
        stops = [*self._flushes(), free]
        for stop in stops:
            m.set_breakpoint(stop)
        # It returns to where a breakpoint is: a processor has but four.
        m.write(top - 8, struct.pack("<Q", free))
        values = [m.address("probe_tables"), *arguments]
        for register, value in zip(("rdi", "rsi", "rdx", "rcx", "r8"), values):
            m.set_reg(register, value % (1 << 64))
        m.set_reg("rsp", top - 8)
        m.set_reg("rip", m.address(f"image:{function}"))
        while m.reg("rsp") != top:
            outcome = m.run(20_000_000)
            if outcome.kind is not Kind.BREAKPOINT:
                raise CallFailed(outcome, function)
            if m.reg("rsp") != top:
                told.append(self._told(m.reg("rip") != free))
        check(f"the result of {function}", 0, Result.of(m.reg("rax")))
        for stop in stops:
            m.clear_breakpoint(stop)
        for register in (*BASES, "rip", "rflags"):
            m.set_reg(register, before[register])
        return told

    def map(self, address: int, target: int, size: int, flags: int) -> list[Told]:
        return self.call("page_map", address, target, size, flags)

    def unmap(self, address: int, end: int) -> list[Told]:
        place = self.m.address("probe_address")
        self.m.write(place, struct.pack("<Q", address))
        return self.call("page_unmap", place, end, 0)

    def protect(self, address: int, size: int, flags: int) -> list[Told]:
        return self.call("page_protect", address, size, flags)


def check_flushed(what: str, told: list[Told], pages: list[tuple[int, int]],
                  entry: Callable[[int], int]) -> None:
    """For each page (address, size), an INVLPG comes when its entry is what it shall be."""
    for address, size in pages:
        own = [one for one in told if one.is_flush and address <= one.address < address + size]
        late = [one for one in own if one.entry(address) == entry(address)]
        check_that(f"{what}: INVLPG for the page at {address:#x}, after its entry has changed",
                   bool(late), "one, with an address within the page",
                   "only before: the processor can take the old entry again" if own else "none")


def check_only(what: str, told: list[Told], pages: list[tuple[int, int]]) -> None:
    """No INVLPG has another address than one of these pages."""
    for one in told:
        check_that(f"{what}: an INVLPG for {one.address:#x}", not one.is_flush or any(
            address <= one.address < address + size for address, size in pages),
            "none: nothing that the TLB can hold has changed there", "one")


def absent(_: int) -> int:
    """The entry of what is not mapped."""
    return 0


@exercise("2.2", weight=4, read="when to flush")
def test_each_page_gets_its_own_invlpg(machine: MachineFactory, rng: random.Random) -> None:
    """After the entry of each page has changed, be it the first, the last or one between."""
    watched = Watched(machine)
    at = LOWER + PAGE * rng.randrange(1, 400)
    target = GIB * rng.randrange(1, 99)
    watched.map(at, target, 6 * PAGE, W)
    watched.m.explain("A neighbour in the same table stays mapped, and so do all tables.")
    check_flushed("page_protect of 5 pages", watched.protect(at, 5 * PAGE, 0),
                  [(at + PAGE * i, PAGE) for i in range(5)],
                  lambda page: entry_for(target + page - at, PAGE, 0))
    check_flushed("page_unmap of 5 pages", watched.unmap(at, at + 5 * PAGE),
                  [(at + PAGE * i, PAGE) for i in range(5)], absent)
    watched.map(UPPER, target, 2 * MIB2, W)
    part = UPPER + PAGE * rng.randrange(1, 500)
    check_flushed("page_unmap of 3 pages of a large one", watched.unmap(part, part + 3 * PAGE),
                  [(part + PAGE * i, PAGE) for i in range(3)], absent)
    check_flushed("page_unmap of a large page", watched.unmap(UPPER + MIB2, UPPER + 2 * MIB2),
                  [(UPPER + MIB2, MIB2)], absent)


@exercise("2.2", weight=2, read="when to flush")
def test_only_changed_pages_get_invlpg(machine: MachineFactory, rng: random.Random) -> None:
    """None for an absent entry, for a page with PAGE_NONE, or for one that has these flags."""
    watched = Watched(machine)
    at = LOWER + PAGE * rng.randrange(1, 400)
    what = "page_map where nothing was"
    for page, flags in ((0, W), (1, NONE), (3, W), (4, 0), (5, W)):  # nothing at 2
        check_only(what, watched.map(at + PAGE * page, GIB, PAGE, flags), [])
    changed = [(at + PAGE * page, PAGE) for page in (0, 3)]
    check_only("page_protect of an absent page, one with PAGE_NONE, one with these flags, and 2 "
               "others", watched.protect(at, 5 * PAGE, 0), changed)
    watched.protect(at + PAGE, PAGE, NONE)
    changed.append((at + 4 * PAGE, PAGE))
    check_only("page_unmap of an absent page, one with PAGE_NONE, and 3 others",
               watched.unmap(at, at + 5 * PAGE), changed)


@exercise("2.2", weight=4, read="give empty tables back")
def test_tables_are_flushed_before_they_are_free(machine: MachineFactory, rng: random.Random
                                                 ) -> None:
    """The entry that leads to a table goes, then INVLPG, and only then the table's frame."""
    watched = Watched(machine)
    at = LOWER + rng.randrange(99) * GIB + MIB2 - PAGE * rng.randrange(1, 9)
    watched.map(at, GIB, 20 * PAGE, W)
    watched.m.explain("The processor keeps the way to a table as well: until INVLPG it may walk "
                      "through the frame, whatever the next owner writes there.")
    _, tables = watched.tree()
    told = watched.unmap(at, at + 20 * PAGE)
    # frame_free may call itself for a larger block, which begins with one of its parts.
    freed = {one.address for one in told if not one.is_flush} & tables.keys()
    check("how many tables were given back", len(tables) - 1, len(freed))
    for number, one in enumerate(told):
        table = tables.get(one.address)
        if one.is_flush or table is None:
            continue
        name = f"the level-{table.level} table for {table.virtual:#x} and up"
        check_that(f"{name}: whether an entry leads there when it is given back",
                   one.address not in one.tables, "none", "one")
        size = 1 << 12 + 9 * table.level
        check_that(f"{name}: INVLPG after no entry leads there, and before it is given back",
                   any(flush.is_flush and flush.address & -size == table.virtual
                       and table.address not in flush.tables for flush in told[:number]),
                   "one, with an address that the table is for", "none")
