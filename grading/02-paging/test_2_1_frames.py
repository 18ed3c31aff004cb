"""Exercise 2.1: the frame allocator.

Most tests stop the machine behind frames_init and call the allocator there, one call at a time, on
a table of their own (frames.private); after each call all lists are read and compared.
"""

import random

import pytest

from pagurus import bootinfo, frames
from pagurus.checks import check, check_that, exercise, fail
from pagurus.frames import DIRECT_MAP, ENTRY, ORDERS, PAGE, Blocks, Frames
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import CallFailed, MachineEnded

MIB, GIB = 1 << 20, 1 << 30
GIB_FRAMES = GIB // PAGE
TABLE = 24 * MIB  # in a machine of 64 MiB that nobody uses while it stands still
OFTEN = 1_000_000  # instructions, many times what one call needs


def at_frames(machine: MachineFactory, memory: str = "64M", board: str = "microvm") -> Machine:
    """A machine behind frames_init: only 2.1a has run. It has the loader's tables."""
    m = machine("frames_model", memory=memory, machine=board)
    m.run_to("image:address_space_init")
    # Calls return to a page without code: one that holds a breakpoint runs twenty times slower.
    m.set_reg("rip", m.address("image:model_said"))
    return m


def with_memory(machine: MachineFactory, count: int, pieces: list[tuple[int, int]]
                ) -> tuple[Machine, Frames, Blocks]:
    """An allocator with a table of `count` entries, to which these pieces have been handed in."""
    m = at_frames(machine)
    private = frames.private(m, TABLE, count)
    blocks = frames.hand_in(private, pieces)
    private.check("after frames_add", blocks)
    return m, private, blocks


def said(pieces: list[tuple[int, int]]) -> str:
    """Pieces of memory in words."""
    return "; ".join(f"frames {first:#x} to {first + count - 1:#x}" for first, count in pieces)


def alloc(m: Machine, order: int) -> int:
    """frame_alloc; the frame's number, or 0."""
    address = m.call("frame_alloc", order, budget=OFTEN)
    check(f"frame_alloc({order}): the offset into a page", 0, address % PAGE)
    return address // PAGE


def free(m: Machine, block: frames.Block) -> None:
    """frame_free."""
    m.call("frame_free", block[0] * PAGE, block[1], budget=OFTEN)


# -- set-up -----------------------------------------------------------------------------------


@exercise("2.1", weight=3, read="cut the memory into blocks")
def test_any_memory_is_cut_into_the_largest_blocks(machine: MachineFactory, rng: random.Random
                                                   ) -> None:
    """frames_add makes the largest aligned blocks of pieces of memory of any shape."""
    m = at_frames(machine)
    for number in range(8):
        at, pieces = 1, []
        for _ in range(1 + number // 2):
            first = at + rng.randrange(1, 1 << rng.randrange(1, 9))
            count = rng.randrange(1, 1 << rng.randrange(1, 11))
            pieces.append((first, count))
            at = first + count + 1
        rng.shuffle(pieces)
        private = frames.private(m, TABLE, at)
        private.check(f"after frames_add of {said(pieces)}", frames.hand_in(private, pieces))
        check("frames_total", sum(count for _, count in pieces), m.u64("image:frames_total"))
    for pieces in ([(GIB_FRAMES - 3, 2 * GIB_FRAMES + 9)], [(1, GIB_FRAMES - 1)],
                   [(2 * GIB_FRAMES, GIB_FRAMES)]):
        private = frames.private(m, TABLE, 3 * GIB_FRAMES + 16)
        m.explain("No block is larger than 1 GiB, which is order 18.")
        private.check(f"after frames_add of {said(pieces)}", frames.hand_in(private, pieces))


@exercise("2.1", weight=2, read="cut the memory into blocks")
@pytest.mark.parametrize("memory, board", [
    ("8M", "microvm"), ("128M", "microvm"), ("8G", "q35,sata=off,smbus=off"), ("64G", "microvm")],
    ids=["8M", "128M", "8G", "64G"])
def test_memory_of_real_machines(machine: MachineFactory, memory: str, board: str) -> None:
    """All free memory of the machine is in the lists, but the table's, and nothing else."""
    m = at_frames(machine, memory, board)
    info = m.reg("rdi")
    known = bootinfo.read(m, info - DIRECT_MAP)
    real = Frames(m)
    real.check_set_up(known, low_only=True)
    before = m.icount()
    m.explain("A machine of 64 GiB has 16 million frames: an instruction for each is too much.")
    m.call("frames_init_high", info, budget=20_000_000)
    took = m.icount() - before
    real.check_set_up(known, low_only=False)
    check_that("the instructions that memory above 4 GiB costs", took < 500_000,
               "less than 500,000", took)
    end = max(base + size for base, size, kind in known.regions
              if kind not in (bootinfo.RESERVED, bootinfo.BAD, bootinfo.NVS))
    size = {"M": MIB, "G": GIB}[memory[-1]] * int(memory[:-1])
    check("the number of the table's entries, up to the end of RAM", end // PAGE, real.count)
    check_that("the table's share of memory", real.count * ENTRY < size / 200, "at most 0.5 %",
               f"{real.count * ENTRY} bytes of {memory}")


@exercise("2.1", weight=2, read="cut the memory into blocks")
def test_set_up_touches_no_entry_without_need(machine: MachineFactory, rng: random.Random) -> None:
    """Entries that head no block are left as the memory was, whatever that may be."""
    m = at_frames(machine)
    first, count = rng.randrange(3, 200), rng.randrange(1500, 2000)
    private = frames.private(m, TABLE, first + count + 1)
    size = ENTRY * (first + count + 1)
    m.write(TABLE, rng.randbytes(size), physical=True)
    edges = {first & -(1 << order) for order in range(ORDERS)} | {first + count}
    before = m.read(TABLE, size, physical=True)
    heads = {number for number, _ in frames.hand_in(private, [(first, count)])}
    after = m.read(TABLE, size, physical=True)
    touched = [i for i in range(first + count + 1) if i not in heads | edges
               and before[ENTRY * i:ENTRY * (i + 1)] != after[ENTRY * i:ENTRY * (i + 1)]]
    check_that(f"the entries of {said([(first, count)])} that head no block", not touched,
               "as they were before frames_add",
               f"{len(touched)} of them changed, the first is {touched[:1]}",
               hint="A table for 64 GiB has 192 MiB: to write all of it takes longer than to boot.")


# -- blocks -----------------------------------------------------------------------------------


@exercise("2.1", weight=3, read="take a block, and split it")
def test_blocks_of_every_order(machine: MachineFactory) -> None:
    """4 KiB to 1 GiB: aligned, out of the smallest block that will do, the rest free; and back."""
    m, private, start = with_memory(
        machine, GIB_FRAMES * 7, [(3 * GIB_FRAMES + 3, 9), (4 * GIB_FRAMES, 2 * GIB_FRAMES)])
    for order in reversed(range(ORDERS)):
        blocks, taken = start, []
        for _ in range(2):
            number = alloc(m, order)
            what = f"frame_alloc({order})"
            check_that(f"{what}, {frames.show(blocks, 40)} being free", number, "a block", 0)
            check(f"{what}: its address {number * PAGE:#x}, modulo its size", 0,
                  number % (1 << order))
            source = [block for block in blocks
                      if block[0] <= number < block[0] + (1 << block[1]) and block[1] >= order]
            if not source:
                fail(f"{what} returns {number * PAGE:#x}, which is not free",
                     frames.show(blocks, 40), hex(number * PAGE))
            smallest = min(size for _, size in blocks if size >= order)
            check(f"{what}: the order of the free block that it is split off from", smallest,
                  source[0][1], hint="A larger block than necessary is a large block lost.")
            left = frames.without(blocks, number, 1 << order)
            assert left is not None
            blocks = left
            private.check(f"after {what} = {number * PAGE:#x}", blocks)
            private.check_used(f"after {what}", (number, order))
            check(f"{what}: the block's note", 0, private.entry(number).next)
            taken.append((number, order))
        for block in taken:
            free(m, block)
            blocks = frames.merged(blocks, block)
            private.check(f"after frame_free({block[0] * PAGE:#x}, {order})", blocks)
        check("the free blocks, after all was given back", start, blocks)
    for order in (ORDERS, ORDERS + 1, 64, (1 << 32) - 1):
        check(f"frame_alloc({order}), of which there are no blocks", 0, alloc(m, order))
    private.check("after orders that do not exist", start)


@exercise("2.1", weight=2, read="give it back, and merge it")
def test_buddies_merge_in_any_order(machine: MachineFactory, rng: random.Random) -> None:
    """Blocks given back in random order become what they were, and are merged at every step."""
    first = rng.randrange(1, 40)
    m, private, start = with_memory(machine, 256, [(first, 60), (first + 70, 30)])
    blocks, taken = start, []
    while blocks:
        order = min(rng.randrange(4), max(order for _, order in blocks))
        number = alloc(m, order)
        check_that(f"frame_alloc({order}), {frames.show(blocks, 40)} being free", number,
                   "a block", 0)
        taken.append((number, order))
        left = frames.without(blocks, number, 1 << order)
        if left is None:
            fail(f"frame_alloc({order}) returns {number * PAGE:#x}, which is not free",
                 frames.show(blocks, 40), hex(number * PAGE))
        blocks = left
        private.check(f"after frame_alloc({order}) = {number * PAGE:#x}", blocks)
    check("frame_alloc(0) when all is taken", 0, alloc(m, 0))
    rng.shuffle(taken)
    for block in taken:
        free(m, block)
        free_before, blocks = blocks, frames.merged(blocks, block)
        private.check(f"after frame_free({block[0] * PAGE:#x}, {block[1]}), while "
                      f"{frames.show(free_before)} was free", blocks)
    check("the free blocks, after all was given back", start, blocks)


@exercise("2.1", weight=2, read="give it back, and merge it")
def test_merging_ends_at_the_edges_of_memory(machine: MachineFactory, rng: random.Random) -> None:
    """A buddy that is no memory, or behind the table's end, is not there, whatever looks like it."""
    for first, count, entries in ((0x100, 0x40, 0x140), (0x140, 0x40, 0x300), (0x180, 1, 0x181),
                                  (0x2C0, 0x40, 0x300)):
        m, private, start = with_memory(machine, entries, [(first, count)])
        # Behind the table's end lies what looks like free buddies of every order.
        order = count.bit_length() - 1
        lure = (0).to_bytes(8, "little") + frames.FREE.to_bytes(2, "little") + bytes([order, 0])
        m.write(TABLE + ENTRY * entries, lure * 64, physical=True)
        number = alloc(m, order)
        check(f"frame_alloc({order}) out of {said([(first, count)])}", hex(first), hex(number))
        m.explain("The table has frame_table_count entries; what stands behind it is not one.")
        free(m, (number, order))
        private.check(f"after the block was given back, {entries:#x} entries being in the table",
                      start)
        m.close()
    m, private, start = with_memory(machine, 4 * GIB_FRAMES, [(2 * GIB_FRAMES, 2 * GIB_FRAMES)])
    m.explain("Two blocks of 1 GiB side by side are buddies of an order that does not exist.")
    taken = [(alloc(m, ORDERS - 1), ORDERS - 1) for _ in range(2)]
    check("the free blocks, with 2 GiB taken in two blocks", frozenset(),
          private.free_blocks("with 2 GiB taken"))
    for block in rng.sample(taken, 2):
        free(m, block)
    private.check("after both blocks of 1 GiB were given back", start)


# -- wrong calls ------------------------------------------------------------------------------


def expect_panic(m: Machine, private: Frames, blocks: Blocks, wanted: str, function: str,
                 *arguments: int) -> None:
    """The call panics with this sentence, and until then has changed nothing."""
    call = f"{function}({', '.join(hex(argument) for argument in arguments)})"
    m.explain("What goes wrong with a wrong free is found much later; so it must be named at once.")
    m.set_breakpoint("image:panic")
    try:
        m.call(function, *arguments, budget=OFTEN)
    except CallFailed as error:
        if error.outcome.kind is not Kind.BREAKPOINT:
            raise
    else:
        fail(f"{call} returns", f"a panic: {wanted}", "no panic")
    m.clear_breakpoint("image:panic")
    private.check(f"when {call} panics", blocks)
    outcome = m.run()
    if outcome.kind is not Kind.PANIC:
        raise MachineEnded(outcome, "the machine ends in a panic")
    check(f"what the panic of {call} says", wanted, outcome.text.removeprefix("kernel panic: "))


@exercise("2.1", weight=2, read="the wrong and the double free")
@pytest.mark.parametrize("case", ["same", "merged", "merged-into-the-lower"])
def test_double_free_is_named(machine: MachineFactory, rng: random.Random, case: str) -> None:
    """A block that is free already panics, and one that has been merged since heads none."""
    first = 16 * rng.randrange(1, 9)
    m, private, start = with_memory(machine, 256, [(first, 16)])
    taken = [alloc(m, 2) for _ in range(4)]
    check("four blocks of 16 frames", list(range(first, first + 16, 4)), sorted(taken))
    lower, block = sorted(taken)[:2]
    if case == "merged-into-the-lower":
        free(m, (lower, 2))
    free(m, (block, 2))
    if case == "merged":
        free(m, (lower, 2))
    blocks: Blocks = frozenset({(block, 2)} if case == "same" else {(lower, 3)})
    words = "is free already" if case == "same" else "heads no block"
    expect_panic(m, private, blocks, f"frame_free: {block * PAGE:#x} {words}", "frame_free",
                 block * PAGE, 2)


WRONG = {
    "inside-used": ("frame_free: {inside:#x} heads no block", "inside"),
    "inside-free": ("frame_free: {free:#x} heads no block", "free"),
    "no-page": ("frame_free: {byte:#x} heads no block", "byte"),
    "never-handed-in": ("frame_free: {hole:#x} heads no block", "hole"),
    "frame-0": ("frame_free: 0 heads no block", "zero"),
    "behind-the-table": ("frame_free: {end:#x} heads no block", "end"),
    "far-away": ("frame_free: {far:#x} heads no block", "far"),
    "wraps-32-bits": ("frame_free: {wraps:#x} heads no block", "wraps"),
}


@exercise("2.1", weight=2, read="the wrong and the double free")
@pytest.mark.parametrize("case", WRONG)
def test_wrong_free_is_named(machine: MachineFactory, rng: random.Random, case: str) -> None:
    """An address that heads no block panics: inside of one, in a hole, no memory at all."""
    first = 16 * rng.randrange(2, 9)
    m = at_frames(machine)
    m.write(TABLE, bytes(ENTRY * 300), physical=True)
    private = frames.private(m, TABLE, 256)
    frames.hand_in(private, [(first, 32)])
    # What looks like a used block of this order stands behind the table's end.
    lure = bytes(8) + frames.USED.to_bytes(2, "little") + bytes([2, 0])
    m.write(TABLE + ENTRY * 256, lure * 8, physical=True)
    block = alloc(m, 2)
    blocks = private.free_blocks("after frame_alloc(2)")
    largest = max(blocks, key=lambda one: one[1])
    at = {"inside": (block + 1) * PAGE, "free": (largest[0] + 4) * PAGE,
          "byte": block * PAGE + rng.randrange(1, PAGE), "hole": (first - 5) * PAGE, "zero": 0,
          "end": 256 * PAGE, "far": (1 << 52) - PAGE, "wraps": (block << 12) + (1 << 44)}
    words, name = WRONG[case]
    expect_panic(m, private, blocks, words.format(**at), "frame_free", at[name], 2)


@exercise("2.1", weight=1, read="the wrong and the double free")
@pytest.mark.parametrize("wrong", [-1, 1, 16])
def test_wrong_order_is_named(machine: MachineFactory, wrong: int) -> None:
    """A block given back with another order than it was taken with panics."""
    m, private, _ = with_memory(machine, 256, [(64, 128)])
    block = alloc(m, 3)
    blocks = private.free_blocks("after frame_alloc(3)")
    expect_panic(m, private, blocks,
                 f"frame_free: {block * PAGE:#x} is of order 3, not {3 + wrong}", "frame_free",
                 block * PAGE, 3 + wrong)


# -- runs -------------------------------------------------------------------------------------


@exercise("2.1", weight=2, read="a run of frames")
def test_runs_take_no_more_than_asked(machine: MachineFactory, rng: random.Random) -> None:
    """A run has its frames and no others; what is behind it in its block stays free."""
    m, private, start = with_memory(machine, 3 * GIB_FRAMES, [(5, 2 * GIB_FRAMES)])
    some = rng.randrange(3, 200)
    for count in (1, 2, 3, 5, 6, 7, some, 4096, 4097, GIB_FRAMES - 1, GIB_FRAMES):
        address = m.call("frames_alloc_run", count, budget=OFTEN)
        what = f"frames_alloc_run({count})"
        check_that(f"{what}, {frames.show(start, 40)} being free", address, "a run", 0)
        size = 1 << (count - 1).bit_length()
        check(f"{what}: its address {address:#x}, modulo {size * PAGE:#x}", 0,
              address % (size * PAGE))
        left = frames.without(start, address // PAGE, count)
        if left is None:
            fail(f"{what} returns {address:#x}, which is not free", frames.show(start, 40),
                 hex(address))
        private.check(f"after {what} = {address:#x}", left)
        check(f"{what}: the first frame's note", 0, private.entry(address // PAGE).next)
        m.call("frames_free_run", address, count, budget=OFTEN)
        private.check(f"after frames_free_run({address:#x}, {count})", start)
    for count in (0, GIB_FRAMES + 1, 1 << 20, 1 << 32, (1 << 32) + 1, (1 << 64) - 1):
        check(f"frames_alloc_run({count:#x})", 0, m.call("frames_alloc_run", count, budget=OFTEN))
    private.check("after runs that nobody can have", start)


@exercise("2.1", weight=2, read="cut a used block")
def test_runs_shrink_from_their_end(machine: MachineFactory, rng: random.Random) -> None:
    """The last frames of a run, or of a block, are given back; the rest stays with its note."""
    m, private, start = with_memory(machine, 1024, [(0x40, 0x200)])
    for number in range(6):
        count = rng.randrange(2, 0x40) if number else 0x40
        if number % 2 == 0:
            count = 1 << (count.bit_length() - 1)
            address = alloc(m, count.bit_length() - 1) * PAGE
            what = f"a block of {count} frames"
        else:
            address = m.call("frames_alloc_run", count, budget=OFTEN)
            what = f"a run of {count} frames"
        note = rng.randrange(1, 1 << 32)
        where = TABLE + ENTRY * (address // PAGE)
        m.write(where, note.to_bytes(4, "little"), physical=True)
        while count > 0:
            drop = rng.randrange(1, count + 1)
            count -= drop
            m.call("frames_shrink_run", address, count + drop, count, budget=OFTEN)
            when = f"after the last {drop} of {count + drop} frames left of {what} at " \
                   f"{address:#x} were given back"
            expected = frames.without(start, address // PAGE, count) if count else start
            assert expected is not None
            private.check(when, expected)
            if count:
                check(f"{when}: the first frame's note", hex(note),
                      hex(private.entry(address // PAGE).next))
                check(f"{when}: the first frame's state", hex(frames.USED),
                      hex(private.entry(address // PAGE).state))


@exercise("2.1", weight=1, read="cut a used block")
@pytest.mark.parametrize("case", ["shrunk", "too-long", "inside", "never-handed-in"])
def test_wrong_free_of_a_run_is_named(machine: MachineFactory, case: str) -> None:
    """What is no run, or one of another length, panics, and nothing of it is given back."""
    m = at_frames(machine)
    m.write(TABLE, bytes(ENTRY * 300), physical=True)
    private = frames.private(m, TABLE, 256)
    frames.hand_in(private, [(0x40, 0x20)])
    run = m.call("frames_alloc_run", 0x16, budget=OFTEN) // PAGE  # blocks of 16, 4 and 2 frames
    call, words = {
        "shrunk": ((run, 0x16, 0), (run + 0x10, "is of order 1, not 2")),
        "too-long": ((run, 0x18, 0), (run + 0x10, "is of order 2, not 3")),
        "inside": ((run + 1, 3, 0), (run + 1, "heads no block")),
        "never-handed-in": ((0x20, 4, 2), (0x20, "heads no block")),
    }[case]
    if case == "shrunk":
        m.call("frames_shrink_run", run * PAGE, 0x16, 0x12, budget=OFTEN)
    blocks = private.free_blocks("after frames_alloc_run(0x16)")
    expect_panic(m, private, blocks, f"frame_free: {words[0] * PAGE:#x} {words[1]}",
                 "frames_shrink_run", call[0] * PAGE, *call[1:])


# -- all together -----------------------------------------------------------------------------


@exercise("2.1", weight=3, read="how to see it work")
@pytest.mark.parametrize("memory", ["8M", "64M"])
def test_every_frame_can_be_used(machine: MachineFactory, rng: random.Random, memory: str) -> None:
    """All memory is taken frame by frame, written and read; then 0, and the system goes on."""
    m = at_frames(machine, memory)
    real = Frames(m)
    start = real.free_blocks("after set-up")
    wanted = sum(1 << order for _, order in start)
    found = m.call("frames_use_all", rng.getrandbits(64), budget=200_000_000)
    if found >> 63:
        fail(m.cstring("image:model_said"))
    check(f"the frames that could be taken, on a machine of {memory}", wanted, found)
    real.check("after all of them were given back", start)


@exercise("2.1", weight=4, read="how to see it work")
@pytest.mark.parametrize("memory", ["8M", "64M"])
def test_a_million_random_operations(machine: MachineFactory, rng: random.Random, memory: str
                                     ) -> None:
    """Blocks and runs, taken and given back until nothing is left and again: a model agrees."""
    m = at_frames(machine, memory)
    m.explain("frames_model compares with a model after each call; `make run APP=frames_model` "
              "runs it, and GDB can stop in it.")
    real = Frames(m)
    start = real.free_blocks("after set-up")
    seed, rounds = rng.getrandbits(64), 2
    for part in range(rounds):
        if m.call("frames_model", (seed + part) % (1 << 64), 500_000, budget=1_000_000_000):
            fail(f"operation {m.u64('image:model_operations')}: {m.cstring('image:model_said')}")
        when = f"after {m.u64('image:model_operations')} random operations"
        compare_with_bits(m, real, when)
    check_that("how often nothing was left", m.u64("image:model_failures") > 10,
               "more than 10 times", m.u64("image:model_failures"))
    if m.call("frames_model_end", budget=100_000_000):
        fail(f"while all is given back: {m.cstring('image:model_said')}")
    real.check("after all was given back", start)


def compare_with_bits(m: Machine, real: Frames, when: str) -> None:
    """The free blocks are those whose bits in the model are clear, merged as far as they go."""
    data = m.read("image:model_bits", real.count // 8 + 1)
    pieces, at, bits = [], 0, "".join(f"{byte:08b}"[::-1] for byte in data)[:real.count]
    while (at := bits.find("0", at)) >= 0:
        end = bits.find("1", at)
        end = len(bits) if end < 0 else end
        pieces.append((at, end - at))
        at = end
    real.check(when, frames.cut(pieces))
