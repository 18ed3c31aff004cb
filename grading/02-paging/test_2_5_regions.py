"""Exercise 2.5: regions, demand paging, mmap and its kin."""

import random
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.ended import check_end, run_to_exit
from pagurus.figures import EFAULT, Result, count
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import MachineEnded, Words

PAGE, MIB = 1 << 12, 1 << 20
ARENA = 0x1_0000_0000  # of regions_model
ARENA_PAGES = 192
UNMAPPED, READ, WRITE, EXEC = 0xFF, 1, 2, 4
P, W, PS, NX, ADDRESS = 1, 2, 1 << 7, 1 << 63, 0x000FFFFFFFFFF000
PF_PRESENT, PF_WRITE, PF_RESERVED, PF_FETCH = 1, 2, 8, 16


def boot(machine: MachineFactory, app: str, args: str, memory: str = "64M",
         dirty: bool = False) -> Machine:
    """A machine that starts fast."""
    return machine(app=app, args=args, memory=memory, machine="microvm", dirty=dirty)


def in_words(label: str, number: str | None) -> str | None:
    """A number of the application: counts and results in decimal, errors with their names."""
    if number is None:
        return None
    value = int(number, 0)
    signed = value - (1 << 64) if value >> 63 else value
    if signed == -1:
        return "-1 (MAP_FAILED)" if "mmap" in label else "-1"
    if "errno" in label or -4096 < signed < 0:
        return str(Result(signed))
    return str(signed) if 0 <= signed < ARENA else hex(value)


def wrong_words(outcome: Outcome) -> tuple[str, str | None, str | None] | None:
    """What the application found to be wrong, if anything: what, expected, found."""
    said = {line.split()[1]: line.split(maxsplit=2)[2] for line in outcome.tap
            if line.startswith(("# wrong ", "# expected ", "# found "))}
    if "wrong" not in said:
        return None
    what = said["wrong"].split(" after operation ")[0]
    return (said["wrong"], in_words(what, said.get("expected")), in_words(what, said.get("found")))


# Where to read of what regions_model finds wrong; the first that fits.
SECTIONS = {
    r"number of regions": "merge neighbours",
    r"where mmap found room|mmap's result|, mmap": "find a hole",
    r"word of a page|word in a page": "commit on first touch",
    r", mprotect": "new rights for a range",
    r"": "release a range",
}


def check_words(outcome: Outcome, request: pytest.FixtureRequest | None = None) -> None:
    """Fail with what the application found to be wrong; with `request`, choose what to read."""
    wrong = wrong_words(outcome)
    if wrong and request:
        section = next(read for words, read in SECTIONS.items() if re.search(words, wrong[0]))
        mark = request.node.get_closest_marker("exercise")
        request.node.add_marker(exercise(*mark.args, **mark.kwargs | {"read": section}),
                                append=False)
    if wrong:
        fail(*wrong)


def run(m: Machine, budget: int = 200_000_000) -> None:
    """To the end, which has to be main's; what the application found wrong is the failure."""
    outcome = run_to_exit(m, budget)
    check_words(outcome)
    check_end(m, outcome)
    m.run_expect_exit(0)


def run_to_look(m: Machine, where: str, request: pytest.FixtureRequest | None = None) -> None:
    """To where the application wants to be looked at; it may end before that, and say why."""
    m.set_breakpoint(f"image:{where}")
    outcome = m.run(60_000_000)
    check_words(outcome, request)
    if outcome.kind is not Kind.BREAKPOINT:
        raise MachineEnded(outcome, f"the program goes on, and comes to {where}")
    m.clear_breakpoint(f"image:{where}")


def lower_half(m: Machine) -> dict[int, tuple[int, int]]:
    """All pages that the processor sees below the upper half: address -> (entry, size)."""
    def walk(table: int, level: int, base: int) -> Iterator[tuple[int, tuple[int, int]]]:
        count = 256 if level == 4 else 512
        size = 1 << (12 + 9 * (level - 1))
        for index, (entry,) in enumerate(struct.iter_unpack(
                "<Q", m.read(table, 8 * count, physical=True))):
            if not entry & P:
                continue
            if level == 1 or level < 4 and entry & PS:
                yield base + index * size, (entry, size)
            else:
                yield from walk(entry & ADDRESS, level - 1, base + index * size)

    return dict(walk(m.reg("cr3") & ADDRESS, 4, 0))


def rights(entry: int) -> str:
    return "r" + ("w" if entry & W else "-") + ("-" if entry & NX else "x")


def pages_in_words(pages: dict[int, str]) -> Words:
    """Some pages and their rights."""
    some = [f"{address:#x} {how}" for address, how in sorted(pages.items())]
    return Words(", ".join(some[:6]) + (f" and {len(some) - 6} more" if len(some) > 6 else "")
                 or "none")


def check_pages(label: str, expected: dict[int, str], found: dict[int, str]) -> None:
    """Compare what is mapped, and show where it differs."""
    differ = {address for address in expected.keys() | found.keys()
              if expected.get(address) != found.get(address)}
    if differ:
        fail(label, pages_in_words({a: expected.get(a, "absent") for a in differ}),
             pages_in_words({a: found.get(a, "absent") for a in differ}))


def commit(m: Machine, address: int, error_code: int) -> Result:
    """Calls region_commit for the application's space."""
    return Result.of(m.call("image:region_commit", m.address("image:application_space"), address,
                            error_code))


@exercise("2.5", weight=12, read="commit on first touch")
def test_only_touched_pages_take_frames(machine: MachineFactory, rng: random.Random) -> None:
    """Of 1 TiB, exactly the pages that were touched are mapped, each to a frame of its own."""
    numbers = rng.sample(range(1 << 28), 12)
    numbers += [numbers[0] ^ 1, 0, (1 << 28) - 1]  # a neighbour, and the edges
    touched = {number: rng.choice("rw") for number in dict.fromkeys(numbers)}
    m = boot(machine, "regions_steps",
             " ".join(["sparse", *(f"{how}{number:#x}" for number, how in touched.items())]))
    m.run_to("image:main")
    free, tables = m.u64("image:frames_free"), m.u64(m.address("image:kernel_tables") + 8)
    run_to_look(m, "steps_look")
    place = m.u64("image:steps_place")
    pages = lower_half(m)
    check_pages("pages of the application after the touches",
                {place + number * PAGE: "rw-" for number in touched},
                {address: rights(entry) for address, (entry, _) in pages.items()})
    check("sizes of these pages", {PAGE}, {size for _, size in pages.values()},
          "A region without REGION_LARGE is committed page by page.")
    frames = [entry & ADDRESS for entry, _ in pages.values()]
    check("different frames", len(touched), len(set(frames)))
    for number, how in touched.items():
        address = place + number * PAGE
        data = m.read(pages[address][0] & ADDRESS, PAGE, physical=True)
        check(f"the frame behind {address:#x}",
              (address if how == "w" else 0).to_bytes(8, "little") + bytes(PAGE - 8), data)
    used = free - m.u64("image:frames_free")
    used -= m.u64(m.address("image:kernel_tables") + 8) - tables
    check_that("frames taken, without those of page tables", len(touched) <= used <= len(touched) + 8,
               f"{len(touched)}, and a few of the heap", used)
    run(m)


@exercise("2.5", weight=2, read="commit on first touch")
def test_commit_obeys_the_rights(machine: MachineFactory, rng: random.Random) -> None:
    """region_commit says -EFAULT where the fault is not about a page that is missing."""
    m = boot(machine, "regions_steps", "sparse w1")
    run_to_look(m, "steps_look")
    place = m.u64("image:steps_place")
    page = place + rng.randrange(100, 1 << 27) * PAGE
    before = lower_half(m)
    free = m.u64("image:frames_free")
    for what, address, code in (
        ("a fetch from a region that is not executable", page, PF_FETCH),
        ("a write to a page that is there and forbids it", page, PF_PRESENT | PF_WRITE),
        ("a reserved bit in a table", page, PF_PRESENT | PF_RESERVED),
        ("a read below the first region", place - 1, 0),
        ("a write above the last region", place + (1 << 40), PF_WRITE),
        ("a read at page 0", 8, 0),
        ("a read in the upper half", 0xFFFFC800_00000000, 0),
        ("a read at the very end", 0xFFFFFFFF_FFFFFFFF, 0),
    ):
        check(f"region_commit for {what}", -EFAULT, commit(m, address, code))
        check(f"frames_free after region_commit for {what}", count(free),
              count(m.u64("image:frames_free")))
    check("region_commit for a page that is there by now", 0, commit(m, place + PAGE, PF_WRITE))
    check("frames_free after that", count(free), count(m.u64("image:frames_free")))
    for code in (0, PF_WRITE):
        page += PAGE
        check("region_commit for a page that is missing", 0,
              commit(m, page + rng.randrange(PAGE), code))
        before[page] = (W | NX, PAGE)
    check_pages("pages after region_commit", {a: rights(e) for a, (e, _) in before.items()},
                {a: rights(e) for a, (e, _) in lower_half(m).items()})


@exercise("2.5", weight=1, read="commit on first touch")
def test_pages_are_zero(machine: MachineFactory, rng: random.Random) -> None:
    """Fresh pages read as zeros, though memory was dirty, and dirty again after its release."""
    run(boot(machine, "regions_steps", f"zeros {rng.randrange(20, 60)}", dirty=True))


@exercise("2.5", weight=2, read="2 MiB at once")
def test_large_blocks(machine: MachineFactory, rng: random.Random) -> None:
    """A large mapping is committed 2 MiB at once, and parts of such a block can be given back."""
    release, protect = rng.sample(range(512), 2)
    m = boot(machine, "regions_steps", f"large {release} {protect}")
    run_to_look(m, "steps_look")
    block = m.u64("image:steps_place")
    found = lower_half(m)
    check("pages after the first touch: address and size",
          {hex(block): 2 * MIB}, {hex(address): size for address, (_, size) in found.items()})
    run_to_look(m, "steps_look")
    pages = {block + i * PAGE: "rw-" for i in range(512) if i != release}
    pages[block + protect * PAGE] = "r--"
    check_pages("pages after one was released and one made read-only", pages,
                {address: rights(entry) for address, (entry, _) in lower_half(m).items()})
    run_to_look(m, "steps_look")
    pages = {block + 2 * MIB + i * PAGE: "rw-" for i in range(512) if i != 1}
    check_pages("pages after the block was released, and one in the next got PROT_NONE", pages,
                {address: rights(entry) for address, (entry, _) in lower_half(m).items()})
    run_to_look(m, "steps_look")
    pages |= {block - 6 * MIB + 5 * PAGE: "rw-", block + 10 * MIB - 5 * PAGE: "rw-"}
    check_pages("pages after a touch in the first and the last 2 MiB, of which not all are left",
                pages, {address: rights(entry) for address, (entry, _) in lower_half(m).items()})
    run(m)


@exercise("2.5", weight=2, read="2 MiB at once")
def test_large_pages_only_where_they_fit(machine: MachineFactory) -> None:
    """One page where the others of its 2 MiB are there already, or where no 2 MiB are free."""
    for step in ("refill", "scattered"):
        run(boot(machine, "regions_steps", step))


@exercise("2.5", weight=4)
def test_million_operations(machine: MachineFactory, rng: random.Random,
                            request: pytest.FixtureRequest) -> None:
    """A million random mmap, munmap, mprotect and touches, against a model of single pages."""
    args = f"{rng.randrange(1 << 32)} 1000000"
    m = boot(machine, "regions_model", args)
    m.explain(f"Repeat it: make run LAB=02 APP=regions_model MEMORY=64M ARGS='{args}'")
    outcome = run_to_exit(m, 2_000_000_000)
    check_words(outcome, request)
    check_end(m, outcome)
    m.run_expect_exit(0)


@dataclass(frozen=True)
class ModelPage:
    """What regions_model knows of a page."""

    protection: int
    touched: bool
    stamp: int

    @property
    def rights(self) -> str:
        return "r" + ("w" if self.protection & WRITE else "-") + (
            "x" if self.protection & EXEC else "-")

    @property
    def mapped(self) -> bool:
        return self.touched and self.protection not in (UNMAPPED, 0)


@exercise("2.5", weight=3, read="new rights for a range")
def test_tables_follow_the_regions(machine: MachineFactory, rng: random.Random,
                                   request: pytest.FixtureRequest) -> None:
    """After random operations the tables map what was touched, with the rights of its region."""
    looks = 4
    m = boot(machine, "regions_model", f"{rng.randrange(1 << 32)} {(looks + 1) * 200} {looks}",
             dirty=True)
    for look in range(looks):
        run_to_look(m, "regions_model_look", request)
        raw = m.read("image:model_pages", 16 * ARENA_PAGES)
        known = {ARENA + i * PAGE: ModelPage(protection, bool(touched), stamp)
                 for i, (protection, _, touched, stamp) in enumerate(
                     struct.iter_unpack("<BBB5xQ", raw))}
        found = lower_half(m)
        check_pages(f"pages after {200 * (look + 1)} operations",
                    {address: page.rights for address, page in known.items() if page.mapped},
                    {address: rights(entry) for address, (entry, _) in found.items()})
        for address, (entry, _) in found.items():
            check(f"the first word of the frame behind {address:#x}", known[address].stamp,
                  m.u64(entry & ADDRESS, physical=True))
        frames = [entry & ADDRESS for entry, _ in found.values()]
        check("different frames behind these pages", len(frames), len(set(frames)))
    run_to_look(m, "regions_model_look", request)
    check_pages("pages after the last munmap", {},
                {address: rights(entry) for address, (entry, _) in lower_half(m).items()})
    run(m)


FORBIDDEN = {
    "write": "a write to a page made read-only",
    "write-first": "a write to an untouched page made read-only",
    "none": "a read of a page with PROT_NONE",
    "none-first": "a read of an untouched page with PROT_NONE",
    "execute": "executing data",
    "unmapped": "a read after munmap",
    "end": "a read of the first byte behind a mapping",
    "before": "a read of the last byte before a mapping",
}


@exercise("2.5", weight=3, read="new rights for a range")
def test_forbidden_access(machine: MachineFactory) -> None:
    """The machine does not go on after an access that the region forbids."""
    for argument, what in FORBIDDEN.items():
        m = boot(machine, "regions_steps", f"forbid {argument}")
        run_to_look(m, "steps_look")
        place = m.u64("image:steps_place")
        m.set_breakpoint("image:trap_dispatch")
        outcome = m.run()
        if outcome.kind is not Kind.BREAKPOINT:
            raise MachineEnded(outcome, f"{what} is a page fault")
        check(f"vector and CR2 of the trap that {what} leads to", (14, hex(place)),
              (m.u64(m.reg("rdi") + 15 * 8), hex(m.reg("cr2"))))
        m.clear_breakpoint("image:trap_dispatch")
        outcome = m.run()
        check_words(outcome)
        check_that(f"the end after {what}", outcome.kind is Kind.PANIC
                   or (outcome.kind is Kind.TODO and outcome.exercise == "2.6"),
                   "the report of a page fault", Words(outcome.text))


@exercise("2.5", weight=1, read="new rights for a range")
def test_mprotect_gives_rights(machine: MachineFactory) -> None:
    """What mprotect allows works at once, and contents survive PROT_NONE."""
    run(boot(machine, "regions_steps", "allow"))


@exercise("2.5", weight=2, read="find a hole")
def test_holes_are_found_fast(machine: MachineFactory, rng: random.Random) -> None:
    """Among thousands of regions, the lowest hole that fits is found without looking at them all."""
    regions = rng.randrange(2000, 3000)
    m = boot(machine, "regions_steps", f"search {regions} {rng.randrange(1, regions - 1)}")
    run_to_look(m, "steps_look")
    for what in ("behind all regions", "in the middle of them"):
        before = m.icount()
        run_to_look(m, "steps_look")
        taken = m.icount() - before
        check_that(f"instructions of mmap and munmap with {regions} regions, where the hole is {what}",
                   taken < 8000, "fewer than 8000 (some 2000 are normal)", taken,
                   "region_tree.h: what a node knows of all nodes below it.")
    run(m)


@exercise("2.5", weight=1, read="what mmap answers")
def test_posix_errors(machine: MachineFactory) -> None:
    """mmap, munmap and mprotect refuse what POSIX says, and leave everything as it is."""
    run(boot(machine, "regions_steps", "errors"))


@exercise("2.5", weight=3, read="no memory")
@pytest.mark.parametrize("memory", ["8M", "17M"])
def test_out_of_memory(machine: MachineFactory, memory: str) -> None:
    """Without frames and memory for regions: ENOMEM, nothing lost, and then the system goes on."""
    run(boot(machine, "regions_steps", "exhaust", memory=memory))
