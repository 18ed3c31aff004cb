"""The processor's tables as the grader reads them itself: page tables, descriptors, gates.

Source: Intel SDM vol. 3A, §4.5 (paging), §3.4.5 (descriptors), §6.14.1 (gates), §7.7 (TSS).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pagurus.verdict import CheckFailed

CR0_PE, CR0_WP, CR0_PG = 1 << 0, 1 << 16, 1 << 31
CR4_PAE, CR4_PGE = 1 << 5, 1 << 7
EFER_LME, EFER_LMA, EFER_NXE = 1 << 8, 1 << 10, 1 << 11
RFLAGS_IF, RFLAGS_DF, RFLAGS_RF = 1 << 9, 1 << 10, 1 << 16

PTE_P, PTE_W, PTE_U, PTE_PS, PTE_NX = 1 << 0, 1 << 1, 1 << 2, 1 << 7, 1 << 63
PTE_PWT, PTE_PCD, PTE_A, PTE_D, PTE_G = 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 8
PTE_KEY_SHIFT = 59
PTE_ADDRESS = 0x000FFFFFFFFFF000

MAX_TABLES = 5000  # 4 GiB in pages of 4 KiB need 2054

ReadPhysical = Callable[[int, int], bytes]  # address, length


def canonical(address: int) -> int:
    """An address of 48 bits with bit 47 copied upwards."""
    return address | 0xFFFF << 48 if address >> 47 & 1 else address


@dataclass(frozen=True)
class Mapping:
    """A run of virtual addresses that is mapped to a run of physical ones, with equal rights."""

    virtual: int
    physical: int
    size: int
    writable: bool
    user: bool
    executable: bool

    @property
    def end(self) -> int:
        return self.virtual + self.size

    def __str__(self) -> str:
        rights = "r" + ("w" if self.writable else "-") + ("x" if self.executable else "-")
        return (f"{self.virtual:#x}-{self.end:#x} -> {self.physical:#x} {rights}"
                f"{' user' if self.user else ''}")


def mappings(read: ReadPhysical, cr3: int) -> list[Mapping]:
    """All that the tables at CR3 map, in ascending order, neighbours joined."""
    return _joined(bounded(read), cr3)


def bounded(read: ReadPhysical) -> ReadPhysical:
    """The same, but for a bounded number of tables: one that leads to itself has no end."""
    left = iter(range(MAX_TABLES))

    def read_table(address: int, length: int) -> bytes:
        if next(left, None) is None:
            raise CheckFailed("the page tables have an end", f"at most {MAX_TABLES} tables", "more",
                              "Does an entry lead back to its own table?")
        return read(address, length)

    return read_table


def _joined(read: ReadPhysical, cr3: int) -> list[Mapping]:
    joined: list[Mapping] = []
    for page in _pages(read, cr3 & PTE_ADDRESS, 4, 0, PTE_W | PTE_U):
        last = joined[-1] if joined else None
        if last and last.end == page.virtual and last.physical + last.size == page.physical and (
                last.writable, last.user, last.executable) == (
                page.writable, page.user, page.executable):
            joined[-1] = Mapping(last.virtual, last.physical, last.size + page.size,
                                 last.writable, last.user, last.executable)
        else:
            joined.append(page)
    return joined


def _pages(read: ReadPhysical, table: int, level: int, base: int, rights: int) -> Iterator[Mapping]:
    """The pages below one table; `rights` has W and U as far as all levels above grant them."""
    size = 1 << 12 + 9 * (level - 1)
    for index, entry in enumerate(struct.unpack("<512Q", read(table, 4096))):
        if not entry & PTE_P:
            continue
        virtual = canonical(base + index * size)
        granted = rights & entry & (PTE_W | PTE_U) | (rights | entry) & PTE_NX
        if level == 1 or level < 4 and entry & PTE_PS:
            yield Mapping(virtual, entry & PTE_ADDRESS & -size, size, bool(granted & PTE_W),
                          bool(granted & PTE_U), not granted & PTE_NX)
        else:
            yield from _pages(read, entry & PTE_ADDRESS, level - 1, base + index * size, granted)


def translate(found: list[Mapping], virtual: int) -> Mapping | None:
    """The mapping that holds an address."""
    return next((one for one in found if one.virtual <= virtual < one.end), None)


SIZE_NAMES = {1 << 12: "4 KiB", 1 << 21: "2 MiB", 1 << 30: "1 GiB", 1 << 39: "512 GiB"}


@dataclass(frozen=True)
class Leaf:
    """An entry that maps one page, or would if it were present."""

    virtual: int
    physical: int
    size: int
    entry: int
    writable: bool  # as far as all levels grant it
    executable: bool

    @property
    def end(self) -> int:
        return self.virtual + self.size

    @property
    def present(self) -> bool:
        return bool(self.entry & PTE_P)

    def __str__(self) -> str:
        rights = "r" + ("w" if self.writable else "-") + ("x" if self.executable else "-")
        return (f"{SIZE_NAMES[self.size]} page {self.virtual:#x} -> {self.physical:#x} "
                f"{rights if self.present else 'not present'}, entry {self.entry:#x}")


@dataclass(frozen=True)
class Table:
    """A page table, and how many of its entries are not 0."""

    address: int
    level: int  # 4 is the PML4
    virtual: int  # the first address that goes through it
    used: int


def tree(read: ReadPhysical, cr3: int) -> tuple[list[Leaf], list[Table]]:
    """All leaves in ascending order, and all tables, the PML4 first."""
    leaves: list[Leaf] = []
    tables: list[Table] = []
    _grow(bounded(read), Table(cr3 & PTE_ADDRESS, 4, 0, 0), PTE_W, leaves, tables)
    return leaves, tables


def _grow(read: ReadPhysical, table: Table, rights: int, leaves: list[Leaf],
          tables: list[Table]) -> None:
    """One table and all below it; `rights` has W as far as all levels above grant it, and NX."""
    size = 1 << 12 + 9 * (table.level - 1)
    entries = struct.unpack("<512Q", read(table.address, 4096))
    used = sum(bool(entry) for entry in entries)
    tables.append(Table(table.address, table.level, table.virtual, used))
    for index, entry in enumerate(entries):
        if not entry:
            continue
        virtual = canonical(table.virtual + index * size)
        granted = rights & entry & PTE_W | (rights | entry) & PTE_NX
        if table.level == 1 or entry & PTE_PS or not entry & PTE_P:
            leaves.append(Leaf(virtual, entry & PTE_ADDRESS & -size, size, entry,
                               bool(granted & PTE_W), not granted & PTE_NX))
        else:
            _grow(read, Table(entry & PTE_ADDRESS, table.level - 1, virtual, 0), granted, leaves,
                  tables)


@dataclass(frozen=True)
class Descriptor:
    """A segment descriptor of a GDT."""

    raw: int

    @property
    def present(self) -> bool:
        return bool(self.raw >> 47 & 1)

    @property
    def code(self) -> bool:
        """Whether this is a code segment (and no data segment, and no system descriptor)."""
        return self.raw >> 43 & 3 == 3

    @property
    def data(self) -> bool:
        return self.raw >> 43 & 3 == 2

    @property
    def writable(self) -> bool:
        """Of a data segment."""
        return bool(self.raw >> 41 & 1)

    @property
    def dpl(self) -> int:
        return self.raw >> 45 & 3

    @property
    def long(self) -> bool:
        """L = 1 and D = 0: 64-bit code."""
        return self.raw >> 53 & 3 == 1


@dataclass(frozen=True)
class Gate:
    """A gate of an IDT in 64-bit mode."""

    offset: int
    selector: int
    ist: int
    kind: int  # 14: interrupt gate, 15: trap gate
    dpl: int
    present: bool

    @staticmethod
    def parse(data: bytes) -> "Gate":
        low, selector, ist, kind, middle, high, _ = struct.unpack("<HHBBHII", data)
        return Gate(low | middle << 16 | high << 32, selector, ist & 7, kind & 15,
                    kind >> 5 & 3, bool(kind >> 7))


def tss_ist(tss: bytes) -> list[int]:
    """The seven IST pointers of a TSS, IST1 first."""
    return list(struct.unpack_from("<7Q", tss, 36))
