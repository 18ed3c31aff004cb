"""Exercise 2.4: the heap.

Some tests stop the machine in main and call malloc and its kin from outside, one call at a time;
others run applications that make very many calls.
"""

import random
import re
import struct

from pagurus.checks import check, check_that, exercise, fail
from pagurus.ended import check_end, run_to_exit
from pagurus.figures import EINVAL, ENOMEM, Result, count
from pagurus.heap import CLASS_MAX, CLASSES, PAGE, SLAB_FREE, Heap, class_of, slab_frames
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import CallFailed, MachineEnded, Words

MIB = 1 << 20
HUGE = 1 << 40  # more than there is
ROUNDS = 2  # of heap_fill


def in_main(machine: MachineFactory, app: str = "heap_fill", args: str = "16",
            memory: str = "64M") -> tuple[Machine, Heap]:
    """A machine that has come to main, where nothing of the heap is in use by the application."""
    m = machine(app, args, machine="microvm", memory=memory)
    m.run_to("image:main")
    heap = Heap(m)
    heap.errno()
    return m, heap


def check_errno(call: str, expected: int, found: int) -> None:
    """errno after a call, by its name."""
    check(f"errno after {call}", Result(expected), Result(found))


def check_count(label: str, expected: int, found: int, hint: str | None = None) -> None:
    """A number of things."""
    check(label, count(expected), count(found), hint)


def use_up(heap: Heap) -> list[tuple[int, int]]:
    """Takes every frame that is free: address and order of each block."""
    taken = []
    for order in reversed(range(19)):
        while block := heap.call("frame_alloc", order):
            taken.append((block, order))
    check_count("frames that are free when all are taken", 0, heap.frames_free())
    return taken


def overlap(blocks: dict[int, int]) -> str | None:
    """Two blocks (address: size) that share a byte, in words."""
    end, last = 0, 0
    for start, size in sorted(blocks.items()):
        if start < end:
            return f"{blocks[last]} bytes at {last:#x} and {size} bytes at {start:#x}"
        end, last = start + size, start
    return None


def check_apart(blocks: dict[int, int]) -> None:
    """No two blocks overlap."""
    found = overlap(blocks)
    check_that("no two blocks share a byte", found is None, "each its own memory", found)


# -- slabs ------------------------------------------------------------------------------------


def first_of_a_slab(heap: Heap, size: int) -> int:
    """An object of a slab that was empty; the kernel may have taken some of another's."""
    block = heap.malloc(size)
    slab = heap.slab(block)
    if slab and slab.used > 1:
        for _ in range(slab.objects - slab.used + 1):
            block = heap.malloc(size)
    return block


@exercise("2.4", weight=3, read="cut a block of frames into objects")
def test_a_slab_is_full_of_objects(machine: MachineFactory, rng: random.Random) -> None:
    """Objects of a slab: as many as fit, packed against its end, each handed out once."""
    m, heap = in_main(machine)
    for size in rng.sample([s for s in CLASSES if 128 <= s <= 2048], 3) + [16, CLASS_MAX]:
        end = slab_frames(size) * PAGE
        wanted = (end - 48) // size
        blocks = [first_of_a_slab(heap, size)]
        blocks += [heap.malloc(size) for _ in range((wanted if wanted < 40 else 5) - 1)]
        slab = heap.slab(blocks[0])
        if slab is None:
            fail(f"malloc({size}) gives an object of a slab", "a slab's note at its frame",
                 f"{heap.note(blocks[0]):#x}")
        check(f"objects of {size} bytes in a slab of {end} bytes", wanted, slab.objects)
        for block in blocks:
            check_that(f"an object of {size} bytes", slab.start + 48 <= block < slab.start + end,
                       f"in its slab, behind the header: {slab.start + 48:#x} to "
                       f"{slab.start + end:#x}", hex(block))
            check(f"the distance of the object {block:#x} from its slab's end, modulo its size "
                  f"{size}", 0, (slab.start + end - block) % size)
            check_that(f"the mark of a free object in the used one {block:#x}",
                       m.u64(block + 8) != SLAB_FREE, "cleared", hex(SLAB_FREE))
        check(f"different objects among {len(blocks)}", len(blocks), len(set(blocks)))
        used = m.u32(slab.start + 32)
        check(f"slab->used after {len(blocks)} allocations", len(blocks), used)
        for block in blocks:
            heap.free(block)
        check("slab->used when all are free again", 0, m.u32(slab.start + 32))


@exercise("2.4", weight=2, read="small or large")
def test_a_block_is_of_the_smallest_class(machine: MachineFactory, rng: random.Random) -> None:
    """malloc rounds up to the next size class, and beyond 64 KiB to pages; 0 bytes are a block."""
    _, heap = in_main(machine)
    sizes = [1, 15, 16, 17, 64, 65, CLASS_MAX - 1, CLASS_MAX]
    for room in rng.sample(CLASSES, 6):
        sizes += [room - 1, room, min(room + 1, CLASS_MAX)]
    for size in sizes:
        block = heap.malloc(size)
        slab = heap.slab(block)
        check_that(f"malloc({size})", slab is not None, "an object of a slab", hex(block))
        check(f"the size class of a block of {size} bytes", class_of(size),
              slab.size if slab else None)
        check(f"the address that malloc({size}) returns, modulo 16", 0, block % 16)
    for size in (CLASS_MAX + 1, 2 * CLASS_MAX, rng.randrange(CLASS_MAX + 1, MIB)):
        block = heap.malloc(size)
        check(f"pages of a block of {size} bytes", -(-size // PAGE), heap.run_pages(block),
              hint="The note of a run's first frame holds the number of its pages.")
    one, other = heap.malloc(0), heap.malloc(0)
    check_that("malloc(0)", 0 not in (one, other) and one != other,
               "a block of its own for each call", f"{one:#x} and {other:#x}")
    heap.free(0)


# -- very many calls --------------------------------------------------------------------------


def run_model(machine: MachineFactory, args: str, memory: str) -> int:
    """heap_model to its end; how many allocations were refused. All frames are free afterwards."""
    m, heap = in_main(machine, "heap_model", args, memory)
    before = heap.trim()
    m.explain(f"Repeat it: make run LAB=02 APP=heap_model MEMORY={memory} ARGS='{args}'")
    outcome = run_to_exit(m, 4_000_000_000)
    wrong = next((line for line in m.tap if line.startswith("wrong: ")), None)
    if wrong:
        fail("the heap agrees with the model", "blocks that keep what is written to them",
             wrong.removeprefix("wrong: "))
    check_end(m, outcome)
    check_count("operations of the model", int(args.split()[1]), m.u64("image:model_done"))
    check_count("free frames after the model, all blocks freed, and heap_trim", before,
                heap.trim())
    return m.u64("image:model_refused")


@exercise("2.4", weight=4, read="The heap in one picture")
def test_a_million_calls_agree_with_a_model(machine: MachineFactory, rng: random.Random) -> None:
    """A million random calls: alignment, overlap, contents, zeroes, and all memory comes back."""
    refused = run_model(machine, f"{rng.getrandbits(60)} 1000000", "128M")
    check("allocations refused on a machine of 128 MiB", 0, refused)


@exercise("2.4", weight=2, read="The heap in one picture")
def test_calls_without_memory_agree_with_a_model(machine: MachineFactory, rng: random.Random
                                                 ) -> None:
    """200,000 random calls of up to 1 MiB each on a machine that has too little for them."""
    refused = run_model(machine, f"{rng.getrandbits(60)} 200000 {MIB}", "20M")
    check_that("allocations refused on a machine of 20 MiB", refused > 100, "many", refused)


# -- memory comes back ------------------------------------------------------------------------


@exercise("2.4", weight=3, read="give an object back")
def test_empty_slabs_go_back(machine: MachineFactory, rng: random.Random) -> None:
    """A slab that becomes empty goes back to the frames, but one of each class is kept."""
    _, heap = in_main(machine)
    for size in rng.sample([s for s in CLASSES if 1024 <= s], 3):
        before = heap.trim()
        per_slab = (slab_frames(size) * PAGE - 48) // size
        blocks = [heap.malloc(size) for _ in range(5 * per_slab)]
        slabs = {slab.start for slab in map(heap.slab, blocks) if slab}
        check(f"slabs for {len(blocks)} objects of {size} bytes", 5, len(slabs))
        rng.shuffle(blocks)
        for block in blocks:
            heap.free(block)
        check(f"frames that a class of {size} bytes keeps when all is free, one slab's",
              slab_frames(size), before - heap.frames_free())
        again = heap.malloc(size)
        check("frames taken when an empty slab is there", slab_frames(size),
              before - heap.frames_free(), hint="It should be used before another one is made.")
        heap.free(again)
        check_count("free frames after heap_trim", before, heap.trim())


@exercise("2.4", weight=2, read="whose block is it?")
def test_large_blocks_go_back(machine: MachineFactory, rng: random.Random) -> None:
    """Large blocks take the pages they need, and give back all of them."""
    m, heap = in_main(machine)
    before = heap.trim()
    blocks: dict[int, int] = {}
    pages = 0
    for _ in range(12):
        size = rng.randrange(CLASS_MAX + 1, 2 * MIB)
        block = heap.malloc(size)
        check(f"the address that malloc({size}) returns, modulo 4096", 0, block % PAGE)
        m.write(block, b"\xff")
        m.write(block + size - 1, b"\xff")
        blocks[block] = size
        pages += -(-size // PAGE)
        check_count("frames taken so far", pages, before - heap.frames_free())
    check_apart(blocks)
    for block in rng.sample(sorted(blocks), len(blocks)):
        heap.free(block)
        pages -= -(-blocks[block] // PAGE)
        check_count(f"frames still taken, {blocks[block]} bytes later", pages,
                    before - heap.frames_free())


# -- calloc, realloc, aligned_alloc -----------------------------------------------------------


@exercise("2.4", weight=2, read="zeroed, and not too small")
def test_calloc_is_zeroed(machine: MachineFactory, rng: random.Random) -> None:
    """Every byte of calloc's block is 0, whatever stood there before."""
    m, heap = in_main(machine)
    for size in [rng.randrange(1, 300), rng.randrange(300, 9000), rng.randrange(70_000, 99_000)]:
        block = heap.malloc(size)
        m.write(block, bytes([0xEE]) * size)
        heap.free(block)
        count = rng.randrange(1, 8)
        block = heap.call("calloc", count, -(-size // count))
        data = m.read(block, count * -(-size // count))
        check(f"the first byte that is not 0 in calloc({count}, {-(-size // count)})", None,
              next((at for at, byte in enumerate(data) if byte), None))


@exercise("2.4", weight=2, read="zeroed, and not too small")
def test_calloc_knows_what_does_not_fit(machine: MachineFactory, rng: random.Random) -> None:
    """calloc whose product has more than 64 bits is refused with ENOMEM."""
    _, heap = in_main(machine)
    shift = rng.randrange(5, 60)
    for count, size in ((1 << shift, 1 << 64 - shift), ((1 << 63) + 8, 2), (2**64 - 1, 2**64 - 1),
                        ((1 << 64 - 4) + rng.randrange(1, 50), 16)):
        check(f"calloc({count:#x}, {size:#x})", 0, heap.call("calloc", count, size),
              hint="The product, cut to 64 bits, is a small number.")
        check_errno(f"calloc({count:#x}, {size:#x})", ENOMEM, heap.errno())


@exercise("2.4", weight=3, read="stay in place, or move")
def test_realloc_keeps_the_contents(machine: MachineFactory, rng: random.Random) -> None:
    """Larger and smaller, across classes and pages: what fits of the contents stays."""
    m, heap = in_main(machine)
    neighbours = {}
    size = rng.randrange(1, 200)
    block = heap.call("realloc", 0, size)
    data = rng.randbytes(size)
    m.write(block, data)
    for wanted in (size + 1, 48, 70, 4000, 90, 5000, 7000, 33_000, 70_000, 200_000, 70_000, 300, 17):
        wanted += rng.randrange(wanted // 3 + 1)
        below, gap, above = (heap.malloc(wanted) for _ in range(3))
        for near in (below, above):
            neighbours[near] = rng.randbytes(16)
            m.write(near, neighbours[near])
        heap.free(gap)  # the next one to be taken lies between two that are in use
        block = heap.call("realloc", block, wanted)
        check_that(f"realloc from {len(data)} to {wanted} bytes", block != 0, "a block", "NULL")
        slab, pages = heap.slab(block), heap.run_pages(block)
        room = slab.size if slab else (pages or 0) * PAGE
        check_that(f"what a block has room for after realloc from {len(data)} to {wanted} bytes",
                   room >= wanted, f"{wanted} bytes, or more", room)
        kept = min(len(data), wanted)
        check(f"the first byte that has changed after realloc from {len(data)} to {wanted} bytes",
              None, next((at for at, (a, b) in enumerate(zip(data, m.read(block, kept)))
                          if a != b), None))
        data = rng.randbytes(wanted)
        m.write(block, data)
        check_apart({block: wanted} | {other: 16 for other in neighbours})
    for near, bytes_there in neighbours.items():
        check(f"the contents of another block, {near:#x}", bytes_there.hex(),
              m.read(near, 16).hex(), hint="realloc copies what fits, and no more.")


@exercise("2.4", weight=2, read="stay in place, or move")
def test_realloc_stays_where_it_can(machine: MachineFactory, rng: random.Random) -> None:
    """In place: within the class; a large block that shrinks gives its last pages back."""
    _, heap = in_main(machine)
    room = rng.choice([s for s in CLASSES if s >= 80])
    block = heap.malloc(room - 3)
    for size in (room, room - 5, room - room // 8, room // 2 + 1):
        check(f"realloc of a block with room for {room} bytes to {size}", hex(block),
              hex(heap.call("realloc", block, size)))
    before = heap.frames_free()
    check_that("a block that shrinks to 16 bytes", heap.call("realloc", block, 16) != 0, "a block",
               "NULL")
    pages = rng.randrange(60, 200)
    large = heap.malloc(pages * PAGE - 100)
    for fewer in (pages - 1, pages // 2, 17):
        before = heap.frames_free()
        was = heap.run_pages(large)
        check(f"realloc from {was} pages to {fewer}", hex(large),
              hex(heap.call("realloc", large, fewer * PAGE)))
        check_count("frames that came back", (was or 0) - fewer, heap.frames_free() - before)
    before = heap.frames_free()
    heap.free(large)
    check("frames that free gives back", 17, heap.frames_free() - before)


@exercise("2.4", weight=2, read="stay in place, or move")
def test_realloc_leaves_nothing_behind(machine: MachineFactory, rng: random.Random) -> None:
    """realloc frees the block that it has left, frees with size 0, and fails without harm."""
    m, heap = in_main(machine)
    before = heap.trim()
    block = heap.malloc(rng.randrange(1, 100))
    for size in (5000, 90_000, 40, 20_000):
        block = heap.call("realloc", block, size + rng.randrange(100))
    data = rng.randbytes(64)
    m.write(block, data)
    check("realloc to 1 TiB", 0, heap.call("realloc", block, HUGE))
    check_errno("realloc to 1 TiB", ENOMEM, heap.errno())
    check("the block's contents afterwards", data.hex(), m.read(block, 64).hex())
    check("realloc to 0 bytes", 0, heap.call("realloc", block, 0))
    check_count("free frames when all is freed, after heap_trim", before, heap.trim())


@exercise("2.4", weight=1, read="stay in place, or move")
def test_realloc_can_always_shrink(machine: MachineFactory, rng: random.Random) -> None:
    """Without memory for a smaller block, the block is returned as it is."""
    m, heap = in_main(machine)
    size, smaller = rng.randrange(3000, 30_000), rng.randrange(600, 1000)
    block = heap.malloc(size)
    data = rng.randbytes(size)
    m.write(block, data)
    heap.trim()
    use_up(heap)
    for _ in range(200):  # objects of slabs that are there
        if not heap.malloc(smaller):
            break
    check_errno(f"malloc({smaller}), when there is no memory", ENOMEM, heap.errno())
    check(f"realloc from {size} to {smaller} bytes, when there is no memory", hex(block),
          hex(heap.call("realloc", block, smaller)))
    check_that("the contents that fit", m.read(block, smaller) == data[:smaller], "unchanged",
               "changed")


@exercise("2.4", weight=1, read="at a multiple of a power of two")
def test_aligned_alloc_takes_spare_slabs(machine: MachineFactory) -> None:
    """Before it fails, memory that other classes keep is given back."""
    _, heap = in_main(machine)
    for alignment in (PAGE, 4 * PAGE):
        heap.trim()
        heap.free(heap.malloc(CLASS_MAX))  # its slab stays, and has no object in use
        taken = use_up(heap)
        block = heap.call("aligned_alloc", alignment, 4 * PAGE)
        check_that(f"aligned_alloc({alignment}, {4 * PAGE}), when only an empty slab has frames",
                   block != 0, "a block", "NULL", "block_alloc_scarce does that.")
        check(f"the block's address, modulo {alignment}", 0, block % alignment)
        heap.free(block)
        for frames, order in taken:
            heap.call("frame_free", frames, order)


@exercise("2.4", weight=2, read="at a multiple of a power of two")
def test_aligned_alloc_aligns(machine: MachineFactory, rng: random.Random) -> None:
    """Every power of two up to 2 MiB; other alignments are refused; all memory comes back."""
    m, heap = in_main(machine)
    before = heap.trim()
    blocks: dict[int, int] = {}
    for shift in range(22):
        for size in {rng.randrange(1, 100), rng.randrange(100, 9000), 1 << shift >> 1 | 1}:
            block = heap.call("aligned_alloc", 1 << shift, size)
            check_that(f"aligned_alloc({1 << shift}, {size})", block != 0, "a block", "NULL")
            check(f"the address of aligned_alloc({1 << shift}, {size}), modulo the alignment", 0,
                  block % (1 << shift))
            blocks[block] = size
            m.write(block + size - 1, b"\xaa")
    check_apart(blocks)
    for wrong in (0, 3, 48):
        check(f"aligned_alloc({wrong}, 100)", 0, heap.call("aligned_alloc", wrong, 100))
        check_errno(f"aligned_alloc({wrong}, 100)", EINVAL, heap.errno())
    check("aligned_alloc(64, 2^64 - 10)", 0, heap.call("aligned_alloc", 64, 2**64 - 10))
    check_errno("aligned_alloc(64, 2^64 - 10)", ENOMEM, heap.errno())
    pages = heap.frames_free()
    block = heap.call("aligned_alloc", 2 * MIB, 3 * PAGE)
    check("frames that 3 pages at a multiple of 2 MiB take", 3, pages - heap.frames_free(),
          hint="frames_free_run can give back the end of a run.")
    blocks[block] = 3 * PAGE
    for block in blocks:
        heap.free(block)
    check_count("free frames when all is freed, after heap_trim", before, heap.trim())


# -- the end of memory ------------------------------------------------------------------------


@exercise("2.4", weight=2, read="small or large")
def test_out_of_memory_is_an_error(machine: MachineFactory, rng: random.Random) -> None:
    """8 MiB are filled until malloc returns NULL with ENOMEM; afterwards all goes on."""
    classes = [16, 32, 48, 64] + [step << shift for shift in range(4, 14) for step in (5, 6, 7, 8)]
    for low, high, share in ((16, 400, 0.9), (2000, 40_000, 0.8), (70_000, 120_000, 0.4)):
        size = rng.randrange(low, high)
        room = next((bytes_ for bytes_ in classes if bytes_ >= size), size)
        m, heap = in_main(machine, args=f"{size}", memory="8M")
        memory = heap.frames_free() * PAGE
        m.explain(f"heap_fill took blocks of {size} bytes until malloc returned NULL. See it: "
                  f"make run LAB=02 APP=heap_fill MEMORY=8M ARGS={size}")
        outcome = run_to_exit(m, 1_000_000_000)
        rounds = list(struct.iter_unpack("<Qqq", m.read("image:fill_rounds", 24 * ROUNDS)
                                         if outcome.kind is Kind.BREAKPOINT else b""))
        for _, _, wrong in rounds:
            check_that("the number that was written to each block, when all were taken", wrong <= 0,
                       "its own", f"another one in block {wrong}")
        check_end(m, outcome)
        counts = [blocks for blocks, _, _ in rounds]
        for _, error, _ in rounds:
            check_errno("malloc, when there is no memory", ENOMEM, error)
        check_that(f"{counts[0]} blocks of {size} bytes, with room for {room} each, in {memory} "
                   "bytes of free memory", share <= counts[0] * room / memory <= 1,
                   f"{share:.0%} of it, or more", f"{counts[0] * room / memory:.0%}")
        check_count("blocks in the second round, when all were free again", *counts)


# -- nonsense ---------------------------------------------------------------------------------


def refused(heap: Heap, pointer: int, function: str = "free", *more: int) -> str:
    """What the panic says when a call is refused."""
    try:
        heap.call(function, pointer, *more)
    except CallFailed as failed:
        if failed.outcome.kind is not Kind.PANIC:
            raise
        return failed.outcome.text
    return "nothing: it returned"


def nonsense(heap: Heap, rng: random.Random, what: str) -> tuple[str, int, str]:
    """Something that must not be done: the function to call, the pointer, and what it is called."""
    size = rng.randrange(100, 3000)
    block, large = heap.malloc(size), heap.malloc(200_000 + size)
    heap.malloc(size)
    no_block, free_already = "is no block of the heap", "is free already"
    if what == "an object for the second time":
        heap.free(block)
        return "free", block, free_already
    if what == "an object that was never taken":
        slab = heap.slab(heap.malloc(3072))
        return "free", heap.m.u64(slab.start + 24) if slab else 0, free_already
    if what == "a block that is free":
        heap.free(block)
        return "realloc", block, free_already
    if what == "an object whose slab is gone":
        block = heap.malloc(20_000)
        heap.free(block)
        heap.trim()
        return "free", block, free_already
    if what == "a large block for the second time":
        heap.free(large)
        return "free", large, free_already
    if what == "the middle of an object":
        return "free", block + 16 * rng.randrange(1, size // 16), no_block
    if what == "a slab's header":
        slab = heap.slab(block)
        return "free", slab.start if slab else 0, no_block
    if what == "the inside of a large block's first page":
        return "free", large + 16 * rng.randrange(1, 256), no_block
    if what == "a page inside a large block":
        return "free", large + PAGE * rng.randrange(1, 40), no_block
    return "free", heap.m.reg("rsp"), no_block


@exercise("2.4", weight=3, read="whose block is it?")
def test_nonsense_is_named(machine: MachineFactory, rng: random.Random) -> None:
    """free of what is no block, or free already, is a panic that says so."""
    for what in ("an object for the second time", "a block that is free", "a slab's header",
                 "an object that was never taken",
                 "an object whose slab is gone", "a large block for the second time",
                 "the middle of an object", "a page inside a large block",
                 "the inside of a large block's first page", "the stack"):
        m, heap = in_main(machine)
        function, pointer, words = nonsense(heap, rng, what)
        m.explain(f"The call was {function}({pointer:#x}), which is {what}.")
        said = refused(heap, pointer, function, *([10] if function == "realloc" else []))
        wanted = f"{function}: {pointer:#x} {words}"
        check_that(f"what {function} says of {what}", wanted in said, wanted, said)


# -- HEAP=debug -------------------------------------------------------------------------------

MAKERS = ["make_list", "make_tree", "read_names", "grow_table", "open_window"]
DROPPERS = ["drop", "clean_up", "close_window"]


class Misuse:
    """One run of heap_misuse with the debugging heap: a block of `size` bytes, misused."""

    def __init__(self, machine: MachineFactory, rng: random.Random, kind: str, size: int,
                 offset: int) -> None:
        self.maker = rng.choice([number for number, name in enumerate(MAKERS)
                                 if size or name != "grow_table"])  # realloc to 0 bytes frees
        self.dropper = rng.randrange(len(DROPPERS))
        self.size, self.offset = size, offset
        args = f"{kind} {self.maker} {self.dropper} {size} {offset}"
        self.m = machine("heap_misuse.debug", args, machine="microvm")
        self.m.explain(f"See it: make run HEAP=debug APP=heap_misuse ARGS='{args}'")

    @property
    def block(self) -> int:
        """Where the block is: it was the second that was allocated."""
        lines = [line.removeprefix("block ") for line in self.m.tap if line.startswith("block ")]
        blocks = [line for line in lines if re.fullmatch("0x[0-9a-f]+", line)]
        check_that("the blocks that heap_misuse got before anything went wrong",
                   len(blocks) >= 2 and blocks == lines, "two, or more", Words(lines))
        return int(blocks[1], 16)

    def words(self, freed: bool) -> str:
        """The block's words, as a regular expression."""
        words = rf"{self.size}-byte block allocated in `{MAKERS[self.maker]}\+0x[0-9a-f]+`"
        return words + (rf", freed in `{DROPPERS[self.dropper]}\+0x[0-9a-f]+`" if freed else "")

    def check_fault(self, wanted: str) -> None:
        """The machine takes a page fault at the very access, and the heap explains its address."""
        self.m.set_breakpoint("image:trap_dispatch")
        outcome = self.m.run()
        if outcome.kind is Kind.EXIT:
            fail("the misuse is a page fault", "a fault at the access", outcome.text)
        if outcome.kind is not Kind.BREAKPOINT:
            raise MachineEnded(outcome, "a page fault at the access")
        check("the address of the page fault, relative to the block", self.offset,
              self.m.reg("cr2") - self.block)
        place = str(self.m.place(self.m.u64(self.m.reg("rdi") + 17 * 8)))
        check_that("where the page fault happened", re.match("put|get", place) is not None,
                   "in put or get, which access the byte", place)
        text = self.m.address("image:kernel_stack")  # nobody's, once main runs
        known = self.m.call("image:heap_debug_explain", self.m.reg("cr2"), text, 240)
        said = self.m.cstring(text) if known & 0xFF else "nothing"
        check_that("what heap_debug_explain says of the address",
                   re.fullmatch(wanted, said) is not None, wanted.replace("\\", ""), said)

    def check_panic(self, wanted: str) -> None:
        """free refuses the block in these words."""
        outcome: Outcome = self.m.run()
        if outcome.kind is Kind.EXIT:
            fail("free notices the misuse", wanted.replace("\\", ""), outcome.text)
        if outcome.kind is not Kind.PANIC:
            raise MachineEnded(outcome, "a panic of free")
        check_that("what free says", re.search(wanted, outcome.text) is not None,
                   wanted.replace("\\", ""), outcome.text)


@exercise("2.4", weight=2, read="the debugging heap")
def test_debug_overrun_faults(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: reading or writing past a block's pages faults, and names who allocated it."""
    size = rng.randrange(1, 9000)
    for kind in ("write", "read"):
        past = -size % 16 + rng.randrange(64)
        misuse = Misuse(machine, rng, kind, size, size + past)
        misuse.check_fault(misuse.words(freed=False) + f": {past + 1} bytes past its end")


@exercise("2.4", weight=2, read="the debugging heap")
def test_debug_underrun_faults(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: a page before a block's pages is absent, too."""
    into = 16 * rng.randrange(100)  # how far behind the start of its first page the block begins
    size = rng.randrange(1, 4) * PAGE - into
    before = into + rng.randrange(1, 64)
    misuse = Misuse(machine, rng, "write", size, -before)
    misuse.check_fault(misuse.words(freed=False) + f": {before} bytes before its start")


@exercise("2.4", weight=2, read="the debugging heap")
def test_debug_use_after_free_faults(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: a freed block can neither be read nor written; allocator and freer are named."""
    for kind in ("write-freed", "read-freed"):
        size = rng.randrange(1, 9000)
        offset = rng.randrange(size)
        misuse = Misuse(machine, rng, kind, size, offset)
        misuse.check_fault(misuse.words(freed=True) + f": use after free, {offset} bytes past "
                           "its start")


@exercise("2.4", weight=2, read="the debugging heap")
def test_debug_changes_beside_a_block_are_found(machine: MachineFactory, rng: random.Random
                                                ) -> None:
    """HEAP=debug: free finds bytes that were written in the slack, and before the block."""
    size = 16 * rng.randrange(1, 200) + rng.randrange(1, 16)
    past = rng.randrange(-size % 16)
    misuse = Misuse(machine, rng, "write-and-free", size, size + past)
    misuse.check_panic(f"free: the {misuse.words(False)} was overrun: the byte {past + 1} past "
                       "its end is 0x41")
    size = 16 * rng.randrange(1, 200) + 3
    before = rng.randrange(1, 1 + -(size + 13) % PAGE)
    misuse = Misuse(machine, rng, "write-and-free", size, -before)
    misuse.check_panic(f"free: the {misuse.words(False)} was underrun: the byte {before} before "
                       "its start is 0x41")


@exercise("2.4", weight=1, read="the debugging heap")
def test_debug_names_the_nearest_byte(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: of many bytes that were changed, the nearest counts; an overrun comes first."""
    size = PAGE * rng.randrange(3) + 16 * rng.randrange(1, 255) + rng.randrange(1, 10)
    past = rng.randrange(5)
    misuse = Misuse(machine, rng, "smear-and-free", size, size + past)
    misuse.check_panic(f"free: the {misuse.words(False)} was overrun: the byte {past + 1} past "
                       "its end is 0x41")
    before = rng.randrange(1, 15)
    misuse = Misuse(machine, rng, "smear-and-free", size, -before)
    misuse.check_panic(f"free: the {misuse.words(False)} was underrun: the byte {before} before "
                       "its start is 0x41")


@exercise("2.4", weight=2, read="the debugging heap")
def test_debug_wrong_free_is_named(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: a double free and a free inside of a block name where the block is from."""
    misuse = Misuse(machine, rng, "free-twice", rng.randrange(1, 9000), 0)
    misuse.check_panic(f"free: 0x[0-9a-f]+ is free already: {misuse.words(True)}")
    size = rng.randrange(10, 9000)
    offset = rng.randrange(1, size)
    misuse = Misuse(machine, rng, "free-inside", size, offset)
    misuse.check_panic(f"free: 0x[0-9a-f]+ is no block of the heap: {offset} bytes into the "
                       f"{misuse.words(False)}")


@exercise("2.4", weight=1, read="the debugging heap")
def test_debug_allows_what_is_right(machine: MachineFactory, rng: random.Random) -> None:
    """HEAP=debug: every byte of a block can be used, blocks of 0 bytes and large ones, too."""
    for size in (0, rng.randrange(1, 9000), rng.randrange(70_000, 200_000)):
        misuse = Misuse(machine, rng, "nothing", size, 0)
        check_end(misuse.m, run_to_exit(misuse.m))
        check("the block's address, modulo 16", 0, misuse.block % 16)
