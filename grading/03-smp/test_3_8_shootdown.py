"""Exercise 3.8: what one processor unmaps is gone for all; caches of each processor.

Some tests stop a machine of several processors in main and call functions from outside; others run
memory_model, whose threads use memory all at the same time.
"""

import random

import pytest

from pagurus import acpi, atomic
from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import CallFailed

PAGE = 4096
SHOOTDOWN_PAGES = 32
SLAB_FREE = 0xF4EEB10CF4EEB10C  # the mark in a free object
FRAME_ENTRY, FRAME_USED, FRAME_STOCKED = 12, 0x05ED, 1
RIP = 17 * 8  # in struct trap_frame
CPU_NUMBER = 16  # in struct cpu
OTHERS_BIT = 1 << 40  # of `asked`: no such CPU is there
BOOT = 20_000_000  # instructions; a fifth is needed
WAITING = 400_000_000  # the same, where a CPU is waited for that does not come
ANSWER = 1_000_000  # instructions, 2 ms: many times what an answer takes


def run_model(machine: MachineFactory, args: str, cpus: int, budget: int,
              memory: str = "64M") -> None:
    """memory_model to its end; what it found wrong is the failure."""
    m = machine("memory_model", args, smp=cpus, memory=memory, machine="microvm")
    outcome = m.run(BOOT + budget)
    said = {line.split()[1]: line.split(maxsplit=2)[2] for line in outcome.tap
            if line.startswith(("# wrong ", "# expected ", "# found "))}
    if "wrong" in said:
        fail(said["wrong"], said.get("expected"), said.get("found"),
             f"Repeat it: make run APP=memory_model CPUS={cpus} ARGS='{args}'")
    if outcome.kind is not Kind.EXIT or outcome.status != 0:
        m.run_expect_exit(0)


# -- shootdown --------------------------------------------------------------------------------


@exercise("3.8", weight=3, read="tell the others, and wait for them")
def test_pages_are_exchanged_for_all(machine: MachineFactory, rng: random.Random) -> None:
    """Frames behind pages are exchanged again and again: four processors read what is there now."""
    run_model(machine, f"remap {rng.randrange(1, 1 << 32)} 40", 4, 100_000_000)


@exercise("3.8", weight=3, read="tell the others, and wait for them")
@pytest.mark.parametrize("how", ["unmapped", "read-only"])
def test_a_page_in_use_is_taken_away(machine: MachineFactory, rng: random.Random,
                                     how: str) -> None:
    """A processor uses a page while another takes it away: from then on every access is a fault."""
    m = machine("memory_model", f"gone {how == 'read-only':d}", smp=rng.randrange(2, 5),
                machine="microvm")
    m.run_to("image:main", budget=BOOT)
    m.set_breakpoint("image:fault_report")
    outcome = m.run(50_000_000)
    if outcome.kind not in (Kind.BREAKPOINT, Kind.TIMEOUT):
        m.run_expect(Kind.BREAKPOINT)
    check("accesses that began after munmap or mprotect had returned, and succeeded", 0,
          m.u32("model_late"))
    check_that("the next access", outcome.kind is Kind.BREAKPOINT, "a page fault", outcome.text)
    place = str(m.place(m.u64(m.reg("rdi") + RIP)))
    check_that("where the page fault comes from", "touch_page" in place, "touch_page", place)


@exercise("3.8", weight=2, read="tell the others, and wait for them", also_before=True)
def test_who_waits_for_a_lock_is_no_obstacle(machine: MachineFactory, rng: random.Random) -> None:
    """A page is unmapped while another processor waits for a spinlock that the first one holds."""
    run_model(machine, f"wait {rng.randrange(1000)} 12", 2, 50_000_000)


@exercise("3.8", weight=2, read="tell the others, and wait for them")
def test_nobody_is_left_out(machine: MachineFactory, rng: random.Random) -> None:
    """A page is unmapped while one of the others has interrupts off: all are waited for."""
    run_model(machine, "busy 1 8", 4, 50_000_000)


def flushes(code: bytes) -> bool:
    """Whether an instruction is INVLPG with an address in memory, or a write to CR4."""
    code = code[1:] if code[0] & 0xF0 == 0x40 else code  # REX
    field = code[2] >> 3 & 7
    return (code[:2] == b"\x0f\x01" and field == 7 and code[2] >> 6 != 3) or (
        code[:2] == b"\x0f\x22" and field == 4)


@exercise("3.8", weight=2, read="flush what another CPU asks for")
def test_the_answer_comes_last(machine: MachineFactory, rng: random.Random) -> None:
    """shootdown_poll, one instruction after the other: the bit is set until all is flushed."""
    m = machine("memory_model", f"batch {rng.randrange(1 << 32)} 10", smp=2, machine="microvm")
    m.run_to("image:main", budget=BOOT)
    answers = 0
    while answers < 4:
        m.run_to("image:shootdown_poll")
        mine = 1 << m.u32(m.reg("gs_base") + CPU_NUMBER)
        asked = m.u64("image:asked")
        if not asked & mine:
            continue
        answers += 1
        pages = m.u32("image:request_count")
        rsp, done, other = m.reg("rsp"), 0, 0
        been: set[int] = set()
        for _ in range(60 + 40 * SHOOTDOWN_PAGES):
            if m.reg("rsp") > rsp:
                break
            if flushes(m.read(m.reg("rip"), 4)):
                check(f"the CPU's bit of `asked` while it flushes (a request for {pages} pages)", 1,
                      bool(m.u64("image:asked") & mine), hint="Once it is clear, the frames behind "
                      "the pages have new owners, and the request is another one.")
                done += 1
            # Another CPU sets and clears its own bit meanwhile; not in each turn of a loop, since
            # one of compare and exchange ends when nobody comes in between.
            code, place = m.read(m.reg("rip"), 16), m.reg("rip")
            if place not in been:
                been.add(place)
                other ^= OTHERS_BIT
                now = m.u64("image:asked") & ~OTHERS_BIT | other
                m.write("image:asked", now.to_bytes(8, "little"))
            before = m.u64("image:asked")
            m.step()
            check_that(f"the instruction that clears the bit (at {m.place(place, with_line=True)})",
                       m.u64("image:asked") == before or not atomic.reads_and_writes_apart(code),
                       "one that is atomic, with LOCK", "one that reads and writes in two accesses: "
                       "a bit that another CPU clears between them comes back",
                       hint="__atomic_fetch_and is atomic; &= is not.")
            check("the bit of another CPU, which that has changed at the same moment",
                  bool(other), bool(m.u64("image:asked") & OTHERS_BIT))
        m.write("image:asked", (m.u64("image:asked") & ~OTHERS_BIT).to_bytes(8, "little"))
        check("the CPU's bit of `asked` when shootdown_poll returns", 0, m.u64("image:asked") & mine)
        check_that(f"instructions that flush, for a request for {pages} pages", done > 0, "some",
                   "none")


@exercise("3.8", weight=2, read="tell the others, and wait for them")
def test_the_request_is_complete(machine: MachineFactory, rng: random.Random) -> None:
    """When a bit of `asked` is set, the request is there; no bit is set of who never came up."""
    m = machine("memory_model", f"batch {rng.randrange(1 << 32)} 8", smp=3, machine="microvm")
    m.run_to("image:acpi_read", budget=BOOT)
    acpi.rename_cpus(m, {2: 150})
    m.run_to("image:main", budget=WAITING)
    m.explain("A CPU that waits for a lock may look at `asked` at any time.")
    for _ in range(4):
        m.run_to("image:shootdown")
        while (count := m.reg("rsi") & 0xFFFFFFFF) == 0:  # nothing to be flushed
            m.run_to("image:shootdown")
        by, where = m.u32(m.reg("gs_base") + CPU_NUMBER), m.reg("rdi")
        pages = m.read(where, 8 * min(count, SHOOTDOWN_PAGES))
        for _ in range(300):  # one instruction after the other; nobody answers meanwhile
            if asked := m.u64("image:asked"):
                break
            m.step()
        check_that(f"the bits of `asked`, when CPU {by} asks, of CPUs 0 to 2, where CPU 2 has not "
                   "come up", asked == 3 & ~(1 << by), "that of the other one", bin(asked),
                   hint="Who is not `online` (smp/cpu.h) will never answer.")
        most = SHOOTDOWN_PAGES + 1
        check("request_count when bits of `asked` are set", min(count, most),
              min(m.u32("image:request_count"), most))
        if count <= SHOOTDOWN_PAGES:
            check(f"the {count} pages of the request when bits of `asked` are set", pages.hex(),
                  m.read(m.u64("image:request_pages"), 8 * count).hex())


@exercise("3.8", weight=2, read="tell the others, and wait for them")
def test_it_is_an_answer_that_is_waited_for(machine: MachineFactory, rng: random.Random) -> None:
    """All other processors stand still when one asks: it waits, however long, and then goes on."""
    m = machine("memory_model", f"batch {rng.randrange(1, 1 << 32)} 6", smp=rng.randrange(2, 5),
                machine="microvm")
    m.run_to("image:main", budget=BOOT)
    m.run_to("image:model_after")  # the first time: all processors have come up and idle
    for _ in range(3):
        m.run_to("image:shootdown")
        while m.reg("rsi") & 0xFFFFFFFF == 0:  # nothing to be flushed
            m.run_to("image:shootdown")
        back = m.u64(m.reg("rsp"))
        m.set_breakpoint(back)
        outcome = m.run_alone(m.stopped_cpu, rng.randrange(1, 4) * ANSWER)
        check_that("shootdown, while the other processors stand still",
                   outcome.kind is Kind.TIMEOUT and m.reg("rip") != back, "waits", outcome.text)
        m.run(BOOT)
        check("where the machine is when they go on", back, m.reg("rip"))
        m.clear_breakpoint(back)
    m.run_expect_exit(0, BOOT)


@exercise("3.8", weight=2, read="collect what the others have to flush")
def test_one_request_for_many_pages(machine: MachineFactory, rng: random.Random) -> None:
    """Pages that are unmapped in one call are flushed in one request, which names all of them."""
    m = machine("memory_model", f"batch {rng.randrange(1 << 32)} 14", smp=3, machine="microvm")
    m.run_to("image:main", budget=BOOT)
    for place in ("image:shootdown", "image:model_after"):
        m.set_breakpoint(place)
    requests = 0
    while True:
        outcome = m.run()
        if outcome.kind is not Kind.BREAKPOINT:
            break
        count = m.u32("model_count")
        if m.reg("rip") == m.address("image:model_after"):
            check(f"requests when {count} pages were unmapped in one call", 1, requests)
            requests = 0
            continue
        asked = m.reg("rsi") & 0xFFFFFFFF
        if count == 0 or asked == 0:  # the anchor's, or nothing to do
            continue
        requests += 1
        mapped = {m.u64(m.address("model_pages") + 8 * i) for i in range(count)}
        if asked > SHOOTDOWN_PAGES:
            behind = m.u64(m.reg("rdi") + 8 * SHOOTDOWN_PAGES)
            check_that(f"what lies behind the {SHOOTDOWN_PAGES} places of `pages`, after {count} "
                       "were flushed", behind not in mapped, "none of those pages",
                       f"{behind:#x}: one page too many is written down")
            check_that(f"pages in the request for {count}", count + 3 > SHOOTDOWN_PAGES,
                       f"those, and up to 3 for tables that become empty; more than "
                       f"{SHOOTDOWN_PAGES} of them mean all", f"{asked}: all")
            continue
        where = m.reg("rdi")
        found = {m.u64(where + 8 * i) for i in range(asked)}
        check(f"the pages of a request for {count}", sorted(map(hex, mapped)),
              sorted(map(hex, found)))
    if outcome.kind is not Kind.EXIT or outcome.status != 0:
        m.run_expect_exit(0)


@exercise("3.8", weight=2, read="a table that another CPU may be walking through")
def test_tables_outlive_the_request(machine: MachineFactory, rng: random.Random) -> None:
    """A page table's frame is free when all processors have flushed, and not before."""
    m = machine("memory_model", f"batch {rng.randrange(1 << 32)} 10", smp=2, machine="microvm")
    m.run_to("image:main", budget=BOOT)
    for place in ("image:shootdown", "image:model_after"):
        m.set_breakpoint(place)
    seen = 0
    while (outcome := m.run()).kind is Kind.BREAKPOINT:
        table = m.u64("model_table")
        if m.u32("model_count") == 0 or table == 0:
            continue
        entry = m.u64("frame_table") + table // PAGE * FRAME_ENTRY
        used = m.u16(entry + 8) == FRAME_USED and m.u8(entry + 11) != FRAME_STOCKED
        if m.reg("rip") == m.address("image:model_after"):
            check(f"the frame of the empty page table {table:#x}, when page_unmap returns", "free",
                  "in use" if used else "free")
        else:
            seen += 1
            check(f"the frame of the empty page table {table:#x}, while other processors may walk "
                  "through it", "in use", "in use" if used else "free")
    if outcome.kind is not Kind.EXIT or outcome.status != 0:
        m.run_expect_exit(0)
    check_that("requests for tables that became empty", seen > 0, "some", "none")


# -- caches -----------------------------------------------------------------------------------


class Stocks:
    """malloc and its kin called from outside, on one of several processors."""

    def __init__(self, machine: MachineFactory, cpus: int = 2) -> None:
        self.m = machine("memory_model", smp=cpus, machine="microvm")
        self.m.run_to("image:main", budget=BOOT)

    def malloc(self, size: int) -> int:
        block = self.m.call("malloc", size)
        check_that(f"malloc({size})", block != 0, "a block", "NULL")
        return block

    def free(self, block: int) -> None:
        self.m.call("free", block)

    def frame(self) -> int:
        return self.m.call("__wrap_frame_alloc", 0)

    def drop(self, frame: int) -> None:
        self.m.call("__wrap_frame_free", frame, 0)

    def tickets(self, lock: str) -> int:
        """How often this lock has been taken."""
        return self.m.u32(f"image:{lock}")


@exercise("3.8", weight=2, read="an object from this CPU's stock")
def test_most_objects_need_no_lock(machine: MachineFactory, rng: random.Random) -> None:
    """Objects come from a stock and go back to it; the heap's lock is for batches."""
    stocks = Stocks(machine)
    for size in rng.sample([16, 48, 100, 200, 500, 1024], 2):
        limit = min(64, 16384 // (16 * -(-size // 16)))
        stocks.free(stocks.malloc(size))
        before = stocks.tickets("heap_lock")
        for _ in range(20):
            stocks.free(stocks.malloc(size))
        check(f"times that the heap's lock was taken for 20 times malloc({size}) and free", before,
              stocks.tickets("heap_lock"))
        blocks = [stocks.malloc(size) for _ in range(3 * limit)]
        check("different blocks", 3 * limit, len(set(blocks)))
        for block in blocks:
            check_that(f"the mark of a free object in the used one {block:#x}",
                       stocks.m.u64(block + 8) != SLAB_FREE, "cleared", hex(SLAB_FREE))
        rng.shuffle(blocks)
        for block in blocks:
            stocks.free(block)
        taken = stocks.tickets("heap_lock") - before
        check_that(f"times that the heap's lock was taken for {3 * limit} times malloc({size}), "
                   "and then free", 8 <= taken <= 16,
                   f"a batch of about {limit // 2} objects each time: 8 to 16", str(taken))
        blocks = [stocks.malloc(size) for _ in range(2 * limit)]
        check("different blocks, when more have come back", 2 * limit, len(set(blocks)))


@exercise("3.8", weight=2, read="a frame from this CPU's stock")
def test_most_frames_need_no_lock(machine: MachineFactory, rng: random.Random) -> None:
    """Single frames come from a stock and go back to it; the lock is for batches."""
    stocks = Stocks(machine)
    stocks.drop(stocks.frame())
    before = stocks.tickets("frames_lock")
    for _ in range(20):
        stocks.drop(stocks.frame())
    check("times that the frames' lock was taken for 20 frames, one after the other", before,
          stocks.tickets("frames_lock"))
    free = stocks.m.u64("frames_free")
    count = rng.randrange(90, 110)
    frames = [stocks.frame() for _ in range(count)]
    check("different frames", count, len(set(frames)))
    for frame in frames:
        entry = stocks.m.u64("frame_table") + frame // PAGE * FRAME_ENTRY
        check(f"the note of the fresh frame {frame:#x}", 0, stocks.m.u32(entry))
        check(f"the mark of a frame in stock, in the used one {frame:#x}", 0,
              stocks.m.u8(entry + 11))
    rng.shuffle(frames)
    for frame in frames:
        stocks.drop(frame)
    taken = stocks.tickets("frames_lock") - before
    check_that(f"times that the frames' lock was taken for {count} frames, there and back",
               8 <= taken <= 16, "a batch of about 16 frames each time: 8 to 16", str(taken))
    check_that("frames that are free afterwards", free - 64 < stocks.m.u64("frames_free"),
               f"all but a stock: more than {free - 64}", str(stocks.m.u64("frames_free")))
    frames = [stocks.frame() for _ in range(count)]
    check("different frames, when as many have come back", count, len(set(frames)))


@exercise("3.8", weight=2, read="an object into this CPU's stock", also_before=True)
def test_free_twice_is_noticed_in_stock(machine: MachineFactory, rng: random.Random) -> None:
    """What is in stock is free: who frees it again is told so, in the words of labs before."""
    for what in ("object", "realloc", "frame"):
        stocks = Stocks(machine)
        m = stocks.m
        if what == "frame":
            things = [stocks.frame() for _ in range(rng.randrange(1, 8))]
            give, again, words = stocks.drop, stocks.drop, "frame_free"
        else:
            size = rng.choice([16, 100, 1000])
            things = [stocks.malloc(size) for _ in range(rng.randrange(1, 8))]
            give, words = stocks.free, "free" if what == "object" else "realloc"
            again = stocks.free if what == "object" else lambda b: m.call("realloc", b, 5000)
        for thing in things:
            give(thing)
        twice = rng.choice(things)
        try:
            again(twice)
        except CallFailed as failed:
            if failed.outcome.kind is not Kind.PANIC:
                raise
            check("the panic", f"{words}: {twice:#x} is free already",
                  failed.outcome.text.removeprefix("kernel panic: "))
        else:
            fail(f"{words} of what is in stock", "a panic", "it returns")


@exercise("3.8", weight=2, read="an object into this CPU's stock", also_before=True)
def test_what_others_free_comes_back(machine: MachineFactory, rng: random.Random) -> None:
    """One thread allocates far more than there is memory, and another frees it."""
    run_model(machine, f"pass {rng.randrange(3500, 4097)} 25000", 2, 150_000_000, "32M")


@exercise("3.8", weight=2, read="a frame from this CPU's stock", also_before=True)
def test_frames_where_the_stack_grows(machine: MachineFactory) -> None:
    """Frames are taken and given near a stack's end: that may grow, which takes a frame, too."""
    run_model(machine, "deep", 2, 100_000_000)


@exercise("3.8", weight=3, read="a frame into this CPU's stock", also_before=True)
def test_everything_at_once(machine: MachineFactory, rng: random.Random) -> None:
    """Six threads on four processors map, protect, unmap, allocate and free; nothing is lost."""
    run_model(machine, f"storm {rng.randrange(1, 1 << 32)} 700", 4, 300_000_000)
