"""Page tables of a kernel of lab 02 on, as the grader checks them: all pages, all frames of tables."""

from pagurus import x86
from pagurus.checks import check, check_that, fail
from pagurus.figures import count
from pagurus.machine import Machine
from pagurus.verdict import Words

PAGE, MIB2, GIB = 1 << 12, 1 << 21, 1 << 30

# Bits of page_flags_t (mm/page_tables.h); in an entry, NONE and X say the opposite.
NONE, W, X, USER, GLOBAL = x86.PTE_P, x86.PTE_W, x86.PTE_NX, x86.PTE_U, x86.PTE_G
UNCACHED = x86.PTE_PCD | x86.PTE_PWT
FLAGS = NONE | W | X | USER | GLOBAL | UNCACHED | 15 << x86.PTE_KEY_SHIFT

Range = tuple[int, int, int, int]  # address, target, size, flags
Page = tuple[int, int, int]  # address, size, entry


def entry_for(target: int, size: int, flags: int) -> int:
    """What stands in a leaf, accessed and dirty bits apart."""
    return target | flags ^ (NONE | X) | (x86.PTE_PS if size > PAGE else 0)


def entry_of(leaf: x86.Leaf) -> int:
    """The same, of a leaf that was found."""
    return leaf.entry & ~(x86.PTE_A | x86.PTE_D)


def entry_words(entry: int) -> str:
    """The bits of an entry apart from the address, as words behind it."""
    rights = "---" if not entry & x86.PTE_P else "r" + ("w" if entry & W else "-") + (
        "-" if entry & x86.PTE_NX else "x")
    names = [name for name, bits in (("user", USER), ("global", GLOBAL), ("uncached", UNCACHED),
                                     ("accessed", x86.PTE_A), ("dirty", x86.PTE_D))
             if entry & bits]
    key = entry >> x86.PTE_KEY_SHIFT & 15
    return " ".join([f"{entry:#x}:", rights, *names, *([f"key {key}"] if key else [])])


def flags_words(flags: int) -> str:
    """The same of page_flags_t."""
    words = entry_words(flags ^ (NONE | X))
    return f"{flags:#x}:{words.partition(':')[2]}"


def largest_pages(ranges: list[Range], largest: int = GIB) -> list[Page]:
    """The fewest pages that map these ranges."""
    found = []
    for address, target, size, flags in sorted(ranges):
        end = address + size
        while address < end:
            page = next(s for s in (GIB, MIB2, PAGE) if s <= largest and s <= end - address
                        and address % s == 0 and target % s == 0)
            found.append((address, page, entry_for(target, page, flags)))
            address, target = address + page, target + page
    return found


def check_leaves(expected: list[Page], found: list[x86.Leaf], what: str = "page") -> None:
    """Page by page, with every bit."""
    for (address, size, entry), leaf in zip(expected, found):
        at = f"{x86.SIZE_NAMES[size]} {what} at {address:#x}"
        check_that(f"the next {what} that is mapped", (address, size) == (leaf.virtual, leaf.size),
                   f"a {at}", Words(leaf))
        check(f"the entry of the {at}", Words(entry_words(entry)),
              Words(entry_words(entry_of(leaf))))
        check_that(f"the {at} has at all levels the rights that its own entry grants",
                   (leaf.writable, leaf.executable) == (bool(entry & W), not entry & x86.PTE_NX),
                   "tables above that grant everything", Words(leaf))
    if len(expected) != len(found):
        missing = [f"a {x86.SIZE_NAMES[size]} {what} at {address:#x}"
                   for address, size, _ in expected[len(found):]]
        fail(f"the number of {what.replace('page', 'pages', 1)}",
             f"{len(expected)}" + (f", behind the last one found {missing[0]}" if missing else ""),
             f"{len(found)}" + ("" if missing else f", too many from {found[len(expected)]} on"))


def read_tree(m: Machine, root: int) -> tuple[list[x86.Leaf], list[x86.Table]]:
    """All leaves and all tables, from physical memory."""
    return x86.tree(lambda at, size: m.read(at, size, physical=True), root)


def check_tree(m: Machine, tables: str | int, free: int | None = None) -> list[x86.Leaf]:
    """All leaves of a struct page_tables; no table is empty, lost, or missing in the count.

    free: how many frames were free before there were tables.
    """
    at = m.address(tables)
    leaves, found = read_tree(m, m.u64(at))
    for table in found[1:]:
        check_that(f"the level-{table.level} table at {table.address:#x}, for {table.virtual:#x} "
                   "and up, is in use", table.used > 0, "at least one entry", "none",
                   hint="A table whose last entry has gone is given back.")
    check("`frames` in struct page_tables, and the tables that can be reached", count(len(found)),
          count(m.u64(at + 8)))
    if free is not None:
        check("the frames that are free, with those of the tables", count(free),
              count(m.u64("frames_free") + len(found)),
              hint="Every table is one frame of the allocator's, and goes back to it.")
    return leaves
