"""Exercise 2.5, stack growth: memory for a stack when it is touched, and none beyond its limit."""

import random
import struct

from pagurus.checks import check, check_that, exercise
from pagurus.figures import EFAULT, ENOMEM, Result
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import MachineEnded

PAGE = 4096
SLOT = 1 << 20
TREES = ["alder", "birch", "cedar", "linden", "rowan", "willow"]
MASK = (1 << 64) - 1
PTE_P, PTE_W, PTE_G, PTE_NX, ADDRESS = 1, 2, 1 << 8, 1 << 63, 0x000F_FFFF_FFFF_F000


class Stack:
    """A `struct stack` (mm/stacks.h) of the stopped machine."""

    def __init__(self, m: Machine, address: int) -> None:
        self.m, self.at = m, address
        self.name = m.cstring(m.u64(address))
        self.limit, self.low, self.top = struct.unpack("<3Q", m.read(address + 8, 24))

    @property
    def slot(self) -> int:
        """Where the slot starts: STACK_SLOT bytes, the last page of which is above the top."""
        return self.top + PAGE - SLOT


def thread_stack(m: Machine) -> Stack:
    """Thread 0's stack as it is now."""
    return Stack(m, m.u64("thread_stack"))


def pages(m: Machine, start: int, end: int) -> dict[int, int]:
    """The pages of 4 KiB that are present from start to end, and their entries: a walk by hand."""
    found = {}
    for address in range(start, end, 1 << 21):
        table = m.reg("cr3") & ADDRESS
        for shift in (39, 30, 21):
            entry = m.u64(table + 8 * (address >> shift & 511), physical=True)
            table = entry & ADDRESS if entry & PTE_P else 0
            if not table:
                break
        if table:
            base = address & -(1 << 21)
            entries = struct.unpack("<512Q", m.read(table, PAGE, physical=True))
            found |= {base + i * PAGE: entry for i, entry in enumerate(entries)
                      if entry & PTE_P and start <= base + i * PAGE < end}
    return found


def check_stack(m: Machine, what: str, low: int) -> None:
    """Present from `low` to the top and nowhere else in the slot; each page has its own frame."""
    stack = thread_stack(m)
    check(f"{what}: stack->low", hex(low), hex(stack.low))
    found = pages(m, stack.slot, stack.slot + SLOT)
    wanted = set(range(low, stack.top, PAGE))
    extra, missing = sorted(set(found) - wanted), sorted(wanted - set(found))
    check_that(f"{what}: pages that are mapped and should not be", not extra, "none",
               f"{len(extra)}, the first at {extra[0]:#x}" if extra else "none")
    check_that(f"{what}: pages that should be mapped and are not", not missing, "none",
               f"{len(missing)}, the first at {missing[0]:#x}" if missing else "none")
    frames = {entry & ADDRESS for entry in found.values()}
    check(f"{what}: frames behind the pages, each its own", len(found), len(frames))
    rights = PTE_P | PTE_W | PTE_G | PTE_NX
    wrong = [page for page, entry in sorted(found.items()) if entry & rights != rights]
    check_that(f"{what}: every page is writable, global and not executable", not wrong, "all",
               f"not the one at {wrong[0]:#x}" if wrong else "all")


def at_tree(machine: MachineFactory, rng: random.Random, how: str, number: int = 0,
            seed: int = 0, **spec: str) -> Machine:
    """A machine in main's thread, about to run one of the application's functions."""
    tree = rng.choice(TREES)
    m = machine(app="pagefault", args=f"{how} {tree} {number:#x} {seed:#x}",
                **({"machine": "microvm"} | spec))
    m.run_to(f"image:{tree}")
    return m


def grow(m: Machine, stack: int, address: int) -> Result:
    """stack_grow's answer."""
    return Result.of(m.call("stack_grow", stack, address))


def used_frames(m: Machine) -> int:
    """Frames that are in use for something else than page tables."""
    return m.u64("frames_total") - m.u64("frames_free") - m.u64(m.address("kernel_tables") + 8)


@exercise("2.5", weight=2, read="stack growth")
def test_a_deep_recursion_runs(machine: MachineFactory, rng: random.Random) -> None:
    """Thousands of calls need more stack than there is; each finds its frame's contents intact."""
    depth, seed = rng.randrange(2500, 4500), rng.getrandbits(64)
    m = at_tree(machine, rng, "recurse", depth, seed)
    m.explain("The first touch of a page below stack->low is a page fault; behind it, the "
              "instruction runs again.")
    before, used = thread_stack(m), used_frames(m)
    m.run_to("image:machine_exit")
    stack = thread_stack(m)
    check_that("the stack has grown, page by page", stack.low < before.low,
               f"below {before.low:#x}", hex(stack.low))
    check_stack(m, "after the recursion", stack.low)
    check("frames that are in use more than before", (before.low - stack.low) // PAGE,
          used_frames(m) - used)
    outcome = m.outcome
    assert outcome is not None
    check("the sum of what the frames held", f"# sum {checksum(depth, seed):#x}",
          next((line for line in outcome.tap if line.startswith("# sum")), "none"))


def checksum(depth: int, seed: int) -> int:
    """What pagefault.c's recursion adds up to."""
    total = 0
    for level in range(depth + 1):
        total += ((((level + seed) & MASK) ^ level) * 0x100000001B3 & MASK) >> 1
    return total & MASK


@exercise("2.5", weight=2, read="stack growth")
def test_a_touch_far_below_leaves_no_hole(machine: MachineFactory, rng: random.Random) -> None:
    """A large array, touched at its low end: all pages between are mapped, and not one more."""
    for size in (rng.randrange(70_000, 250_000), rng.randrange(300_000, 1_000_000)):
        m = at_tree(machine, rng, "frame", size)
        m.explain("The touched page, and all above it up to stack->low; not one below.")
        m.run_to("image:report")
        array = m.reg("rsi")  # what is to be reported
        if m.reg("rdx") != size:
            raise MachineEnded(m.run(), "the program goes on behind the touch")
        check_stack(m, f"with an array of {size} bytes at {array:#x}", array & -PAGE)
        m.close()


@exercise("2.5", weight=2, read="stack growth")
def test_growth_to_the_byte(machine: MachineFactory, rng: random.Random) -> None:
    """stack_grow at the edges: low, limit, the guard, and random addresses between."""
    m = at_tree(machine, rng, "frame")
    m.explain("From limit up to low, low itself left out; a page is PAGE_SIZE bytes at a multiple "
              "of its size.")
    stack = thread_stack(m)

    used = used_frames(m)
    inside = rng.randrange(stack.low, stack.top)
    for what, address in {"in the mapped part": inside, "at low": stack.low,
                          "at the top": stack.top, "in the guard": stack.limit - 1,
                          "at the slot's start": stack.slot}.items():
        check(f"stack_grow {what} ({address:#x}): -EFAULT", -EFAULT,
              grow(m, stack.at, address))
        check_stack(m, f"after a refused growth {what}", stack.low)
    low = stack.low
    for address in (low - 1, low - PAGE - rng.randrange(1, PAGE),
                    rng.randrange(stack.limit + 50 * PAGE, low - 50 * PAGE),
                    stack.limit + rng.randrange(PAGE)):
        check(f"stack_grow at {address:#x}", 0, grow(m, stack.at, address))
        check_stack(m, f"after a growth to {address:#x}", address & -PAGE)
    check("frames that are in use more than before", (low - stack.limit) // PAGE,
          used_frames(m) - used)
    check("stack_grow in the guard of a stack that is as large as it may be", -EFAULT,
          grow(m, stack.at, stack.limit - 8))
    for ist in range(1, 6):
        other = Stack(m, m.call("ist_stack", ist))
        check(f"stack_grow of {other.name}, which has no room to grow: -EFAULT", -EFAULT,
              grow(m, other.at, other.low - rng.randrange(1, PAGE)))


@exercise("2.5", weight=1, read="stack growth")
def test_recursion_without_end_stops_at_the_guard(
    machine: MachineFactory, rng: random.Random
) -> None:
    """The stack takes all that it may have, and the guard page below stays absent."""
    m = at_tree(machine, rng, "recurse", 1 << 40)
    m.explain("A stack grows down to its limit. What is below is the guard page.")
    for end in ("image:fault_report", "image:exercise_todo"):
        if m.has_symbol(end.removeprefix("image:")):  # the second one is linked where it is needed
            m.set_breakpoint(end)
    outcome = m.run()
    if outcome.kind is not Kind.BREAKPOINT:
        raise MachineEnded(outcome, "the recursion ends in a fault that nobody settles")
    check_stack(m, "at the end of the recursion", thread_stack(m).limit)


@exercise("2.5", weight=2, read="stack growth")
def test_no_memory_to_grow(machine: MachineFactory, rng: random.Random) -> None:
    """With a few frames left, a growth by more is -ENOMEM and changes nothing; a small one works."""
    m = at_tree(machine, rng, "frame")
    m.explain("After -ENOMEM everything is as before: nothing mapped, no frame taken.")
    stack = thread_stack(m)
    left = rng.randrange(4, 12)
    kept = [m.call("frame_alloc", 0) for _ in range(left)]
    for order in reversed(range(19)):
        while m.call("frame_alloc", order):
            pass
    for frame in kept:
        m.call("frame_free", frame, 0)
    check("frames that the test has left free", left, m.u64("frames_free"))
    for more in (left + 1, (stack.low - stack.limit) // PAGE):
        check(f"stack_grow by {more} pages, with {left} free frames: -ENOMEM", -ENOMEM,
              grow(m, stack.at, stack.low - more * PAGE))
        check("free frames afterwards", left, m.u64("frames_free"))
        check_stack(m, "after -ENOMEM", stack.low)
    check(f"stack_grow by {left - 1} pages", 0,
          grow(m, stack.at, stack.low - (left - 1) * PAGE))
    check_stack(m, "after the small growth", stack.low - (left - 1) * PAGE)
