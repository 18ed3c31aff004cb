"""Paging: `pt` walks the page tables for one address, and says what each level means.

Source: Intel SDM vol. 3A §4.5 (4-level and 5-level paging), §4.6 (access rights).
"""

from dataclasses import dataclass, field

import machine
from machine import Command, CommandError, say

P, W, U, PWT, PCD, A, D, PS, G, NX = 0, 1, 2, 3, 4, 5, 6, 7, 8, 63
CR0_WP, CR0_PG = 16, 31
CR4_PAE, CR4_LA57, CR4_SMEP, CR4_SMAP, CR4_PKE = 5, 12, 20, 21, 22
EFER_LMA, EFER_NXE = 10, 11

_LEVELS = {5: "PML5", 4: "PML4", 3: "PDPT", 2: "PD", 1: "PT"}
_PAGE_NAMES = {12: "4 KiB", 21: "2 MiB", 30: "1 GiB"}
_ADDRESS = 0x000F_FFFF_FFFF_F000


def _bit(value: int, bit: int) -> bool:
    return bool(value >> bit & 1)


@dataclass(frozen=True)
class Step:
    """One entry on the way."""

    level: int  # 4 is the PML4's, 1 the PT's
    table: int  # physical address of the table
    index: int
    entry: int
    reserved: list[int]  # bits set that must not be

    @property
    def where(self) -> str:
        """`PD[3]`."""
        return f"{_LEVELS[self.level]}[{self.index}]"

    @property
    def shift(self) -> int:
        """The page or region that the entry stands for has 2^shift bytes."""
        return 12 + 9 * (self.level - 1)

    @property
    def is_page(self) -> bool:
        """Whether the entry maps a page, and leads to no further table."""
        return self.level == 1 or (self.level <= 3 and _bit(self.entry, PS))

    @property
    def page(self) -> int:
        """Physical address of the page."""
        return self.entry & _ADDRESS & ~((1 << self.shift) - 1)

    def words(self, keys: bool) -> str:
        """The entry's flags."""
        if not _bit(self.entry, P):
            return "absent"
        words = ["present", "writable" if _bit(self.entry, W) else "read-only",
                 "user" if _bit(self.entry, U) else "kernel"]
        words += [word for bit, word in ((PWT, "write-through"), (PCD, "uncached"),
                                         (A, "accessed")) if _bit(self.entry, bit)]
        if self.is_page:
            words += [word for bit, word in ((D, "dirty"), (G, "global"))
                      if _bit(self.entry, bit)]
            if _bit(self.entry, PS if self.level == 1 else 12):
                words.append("PAT")
            if keys:
                words.append(f"key {self.entry >> 59 & 15}")
        if _bit(self.entry, NX):
            words.append("no-execute")
        return ", ".join(words)


@dataclass
class Walk:
    """The way from CR3 to a page, or to where it ends."""

    address: int
    steps: list[Step] = field(default_factory=list)

    @property
    def is_mapped(self) -> bool:
        """Whether the address has a page."""
        last = self.steps[-1]
        return _bit(last.entry, P) and not last.reserved and last.is_page

    @property
    def physical(self) -> int:
        """Where the address lies, if it is mapped."""
        last = self.steps[-1]
        return last.page | self.address & ((1 << last.shift) - 1)

    def every(self, bit: int) -> bool:
        """Whether a flag is set at all levels."""
        return all(_bit(step.entry, bit) for step in self.steps)


class Tables:
    """The page tables that the selected CPU uses; each is read once, physically."""

    def __init__(self) -> None:
        self.cr0, self.cr4, self.efer = (machine.register(r) for r in ("cr0", "cr4", "efer"))
        self.cr3 = machine.register("cr3")
        self.levels = 5 if _bit(self.cr4, CR4_LA57) else 4
        bits = machine.cpu_property("phys-bits") or ""
        self.physical_bits = int(bits) if bits.isdigit() and 32 <= int(bits) <= 52 else 52
        self.gibibyte_pages = machine.cpu_property("pdpe1gb") != "false"
        self._tables: dict[int, bytes] = {}

    @property
    def is_on(self) -> bool:
        """Whether paging is on."""
        return _bit(self.cr0, CR0_PG)

    @property
    def is_long(self) -> bool:
        """Whether the tables are those of long mode."""
        return _bit(self.efer, EFER_LMA)

    def is_canonical(self, address: int) -> bool:
        """Whether the bits above the tables' reach repeat the highest one within it."""
        top = address >> (11 + 9 * self.levels)
        return top in (0, (1 << (53 - 9 * self.levels)) - 1)

    def walk(self, address: int) -> Walk:
        """Follow an address; for long mode's tables and canonical addresses."""
        walk = Walk(address)
        table = self.cr3 & _ADDRESS
        for level in range(self.levels, 0, -1):
            index = address >> (12 + 9 * (level - 1)) & 511
            entry = self._entry(table, index)
            step = Step(level, table, index, entry, self._reserved(level, entry))
            walk.steps.append(step)
            if not _bit(entry, P) or step.reserved or step.is_page:
                break
            table = entry & _ADDRESS
        return walk

    def maps(self, address: int) -> bool:
        """Whether an address is mapped; where paging is off, every one is."""
        if not self.is_on or not self.is_long:
            return True
        return self.is_canonical(address) and self.walk(address).is_mapped

    def _entry(self, table: int, index: int) -> int:
        if table not in self._tables:
            self._tables[table] = machine.read_physical(table, 4096)
        return int.from_bytes(self._tables[table][8 * index:8 * index + 8], "little")

    def _reserved(self, level: int, entry: int) -> list[int]:
        if not _bit(entry, P):
            return []
        bits = list(range(self.physical_bits, 52))
        if _bit(entry, PS):
            if level >= 4 or (level == 3 and not self.gibibyte_pages):
                bits.append(PS)
            elif level > 1:
                bits += range(13, 12 + 9 * (level - 1))  # bit 12 is PAT
        if not _bit(self.efer, EFER_NXE):
            bits.append(NX)
        return [bit for bit in sorted(bits) if _bit(entry, bit)]

    def rights(self, walk: Walk) -> str:
        """What all levels together allow."""
        user = walk.every(U)
        words = ["read"]
        if walk.every(W):
            words.append("write")
        elif not _bit(self.cr0, CR0_WP):
            words.append("write by the kernel (read-only, but CR0.WP is clear)")
        if not any(_bit(step.entry, NX) for step in walk.steps):
            words.append("execute")
        text = ", ".join(words) + ("; kernel and user" if user else "; kernel only")
        if user and _bit(self.cr4, CR4_SMEP):
            text += "; the kernel must not execute it (CR4.SMEP)"
        if user and _bit(self.cr4, CR4_SMAP):
            text += "; the kernel reads and writes it with RFLAGS.AC only (CR4.SMAP)"
        return text


class PageTables(Command):
    """Walk the page tables for an address, and explain each level.

    pt ADDR

    ADDR is any expression: a number, a register, a variable, a function, an assembly label.
    Shown for each level: the table and the index into it, where the entry lies in physical
    memory, its value, its flags, and where it leads; then the physical address and what all
    levels together allow, or where the walk ends and why. The tables are read in physical
    memory, so they need not be mapped themselves.

    Example, in the kernel:  pt main
                             pt $cr2        (after a page fault)
                             pt boot_info"""

    name = "pt"

    def run(self, argument: str) -> None:
        if not argument:
            raise CommandError("which address? pt ADDR; see `help pt`")
        tables = Tables()
        address = machine.evaluate(argument)
        if not tables.is_on:
            say(f"{machine.symbolise(address)}: paging is off (CR0.PG = 0), "
                + ("so this is the physical address" if address < 1 << 32 else
                   "and addresses have 32 bits only"))
            return
        if not tables.is_long:
            raise CommandError("paging is on, but not long mode (EFER.LMA = 0: was EFER.LME set "
                               "before CR0.PG?); 32-bit tables are not explained here")
        if not tables.is_canonical(address):
            high = 11 + 9 * tables.levels
            say(f"{address:#x}: not canonical: bits 63 to {high + 1} do not repeat bit {high}; "
                "an access is a general protection fault (#GP; #SS through rsp or rbp)")
            return
        self._explain(tables, tables.walk(address))

    def _explain(self, tables: Tables, walk: Walk) -> None:
        say(f"{machine.symbolise(walk.address)}, tables at CR3 = {tables.cr3:#x}")
        keys = _bit(tables.cr4, CR4_PKE)
        for step in walk.steps:
            leads = ""
            if _bit(step.entry, P) and not step.reserved:
                leads = (f" -> {_PAGE_NAMES[step.shift]} page {step.page:#x}" if step.is_page
                         else f" -> table {step.entry & _ADDRESS:#x}")
            say(f"  {step.where:<10} at {step.table + 8 * step.index:#012x}: "
                f"{step.entry:#018x}  {step.words(keys and step.is_page)}{leads}")
        last = walk.steps[-1]
        if last.reserved:
            bits = ", ".join(map(str, last.reserved))
            say(f"not mapped: {last.where} has reserved bits set ({bits}); an access is a page "
                "fault, error code bit 3")
            if last.reserved == [NX]:
                say("  bit 63 is no-execute only when EFER.NXE is set")
        elif not walk.is_mapped:
            rest = f", though its other bits are {last.entry:#x}" if last.entry else ""
            say(f"not mapped: {last.where} is absent (bit 0 is clear){rest}; an access is a page "
                "fault")
        else:
            say(f"physical {walk.physical:#x}, in a {_PAGE_NAMES[last.shift]} page")
            say(f"allowed: {tables.rights(walk)}")


PageTables()
