"""Exercise 3.5: threads, their stacks, registers, data, and how they end.

The scheduler is exercise 3.6. So the application thread_model brings one of its own, and the tests
lead the kernel's calls there (detours): then nothing but 3.1 to 3.5 runs.
"""

import random
import struct

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome

PAGE = 1 << 12
DETOURS = {
    "schedule": "model_schedule",
    "schedule_finish": "model_finish",
    "thread_wake": "model_wake",
    "thread_start": "model_start",
    "thread_prepare_wait": "model_prepare_wait",
    "thread_wait": "model_wait",
    "tls_free": "model_tls_free",
}


HEAP = {name: f"model_{name}" for name in ("malloc", "calloc", "aligned_alloc", "posix_memalign")}


def lead(m: Machine, detours: dict[str, str]) -> None:
    """Writes a jump over the first bytes of each function, to another one."""
    for name, to in detours.items():
        start = m.address(f"image:{name}")
        m.write(start, b"\xe9" + struct.pack("<i", m.address(f"image:{to}") - start - 5))


def at_main(machine: MachineFactory, args: str, memory: str = "64M") -> Machine:
    """A machine of one processor at main, whose scheduler is the application's."""
    m = machine("thread_model", args=args, memory=memory, machine="microvm")
    m.run_to("image:main")
    lead(m, DETOURS)
    return m


def check_words(outcome: Outcome) -> None:
    """Fail with what the application found to be wrong."""
    said = {line.split()[1]: line.split(maxsplit=2)[2] for line in outcome.tap
            if line.startswith(("# wrong ", "# expected ", "# found "))}
    if "wrong" in said:
        fail(said["wrong"], said.get("expected"), said.get("found"))


def run(m: Machine, budget: int = 400_000_000) -> Outcome:
    """To the end, which has to be main's; what the application found wrong is the failure."""
    outcome = m.run(budget)
    check_words(outcome)
    return outcome if outcome.kind is Kind.EXIT and outcome.status == 0 else m.run_expect_exit(0)


# -- stacks ---------------------------------------------------------------------------------------


@exercise("3.5", weight=2, read="a slot for a stack")
def test_stacks_come_and_go(machine: MachineFactory, rng: random.Random) -> None:
    """Thousands of stacks made and taken away in any order: all apart, and no frame is lost."""
    run(at_main(machine, f"stacks {rng.randrange(1, 1 << 32)} {rng.randrange(700, 900)}"))


@exercise("3.5", read="a slot for a stack")
def test_every_slot_is_used(machine: MachineFactory) -> None:
    """16,384 stacks at once, one more is refused, and slots that come back serve again."""
    run(at_main(machine, "slots", memory="256M"))


@exercise("3.5", weight=2, read="a slot for a stack")
def test_a_slot_is_found_at_once(machine: MachineFactory) -> None:
    """stack_create costs the same with thousands of stacks as with a few."""
    m = at_main(machine, "slots", memory="128M")

    def cost() -> int:
        """Of a pair of stacks, which may share a page table, made and taken away."""
        before = m.icount()
        pair = [m.call("stack_create", b"a stack", PAGE, PAGE) for _ in range(2)]
        check_that("stack_create", all(pair), "two stacks", str(pair))
        for stack in pair:
            m.call("stack_destroy", stack)
        return m.icount() - before

    few = cost()
    check("whether 6,000 stacks can be made", 1, m.call("stacks_make", 6000), hint="What is taken "
          "leaves the list of free slots: make test T=3.5/every_slot_is_used says more.")
    m.explain("Free slots can be kept in a list; those never taken lie behind all others.")
    many = cost()
    check_that("instructions for two stacks more with 6,000 there", many < few + 5000,
               f"about {few}, as with a few", many)
    m.call("stacks_unmake")
    after = cost()
    check_that("instructions for two stacks after 6,000 have gone", after < few + 5000,
               f"about {few}, as with a few", after)


@exercise("3.5", read="threads grow their stacks")
def test_a_thread_uses_all_of_its_stack(machine: MachineFactory, rng: random.Random) -> None:
    """A stack grows to the size that pthread_attr_setstacksize gave, and keeps what is there."""
    run(at_main(machine, f"deep {rng.randrange(200_000, 240_000)}"))


@exercise("3.5", read="threads grow their stacks")
def test_a_thread_leaves_its_stack(machine: MachineFactory) -> None:
    """Beyond that size lies the guard: a fault, and the report names the thread's stack."""
    m = at_main(machine, "deep 300000")
    outcome = m.run_expect(Kind.PANIC)
    cause = [line for line in outcome.console.splitlines() if line.startswith("cause: ")]
    check_that("the cause on the console", cause and "a thread's stack" in cause[0],
               "a sentence about a thread's stack", cause)


# -- registers ------------------------------------------------------------------------------------


@exercise("3.5", weight=2, read="an XSAVE area")
def test_xsave_areas(machine: MachineFactory, rng: random.Random) -> None:
    """fpu_area_create: aligned, a heap block of the processor's size, its header without chance."""
    m = at_main(machine, "slots")
    size = m.u32("image:area_size")
    for _ in range(6):
        # What lies about in the heap: blocks full of noise, some of them of the same class.
        dirt = [m.call("malloc", rng.choice([size, size - 100, rng.randrange(16, 3000)]))
                for _ in range(3)]
        for block in dirt[:2]:
            m.write(block, rng.randbytes(16))
        noise = m.call("malloc", size)
        m.write(noise, rng.randbytes(size))
        m.call("free", noise)
        area = m.call("fpu_area_create")
        check("where an XSAVE area lies, modulo 64", 0, area % 64)
        check("XCOMP_BV and the rest of the header", bytes(48), m.read(area + 520, 48)[:48])
        state = m.u64(area + 512)
        check_that("XSTATE_BV has no part that is not on", state & ~m.u64("image:fpu_features") == 0,
                   "none", hex(state))
        check("MXCSR", hex(0x1F80), hex(m.u32(area + 24)))
        m.write(area, rng.randbytes(size))  # all of it is the caller's
        m.call("heap_trim")
    lead(m, HEAP)
    check("where an XSAVE area lies, modulo 64, when the heap aligns no better than it is asked to",
          0, m.call("fpu_area_create") % 64, hint="malloc promises a multiple of 16 and no more.")


@exercise("3.5", weight=4, read="the switch")
def test_registers_of_interleaved_threads(machine: MachineFactory, rng: random.Random) -> None:
    """General, x87, SSE and AVX registers, MXCSR, control word, FS base: each thread has its own."""
    threads, switches = rng.randrange(3, 9), rng.randrange(300, 500)
    run(at_main(machine, f"registers {rng.randrange(1, 1 << 32)} {threads} {switches}"))


@exercise("3.5", weight=2, read="the switch")
def test_what_a_switch_leaves_behind(machine: MachineFactory, rng: random.Random) -> None:
    """Seen from outside: whoever does not run has a stack pointer on its stack, an area, an FS base."""
    m = at_main(machine, f"registers {rng.randrange(1, 1 << 32)} 2 100")
    m.run_to("image:thread_switch")
    old, new = m.reg("rdi"), m.reg("rsi")
    stack = m.reg("rsp")
    saved = {name: m.reg(name) for name in ("rbx", "rbp", "r12", "r13", "r14", "r15")}
    base, back = m.reg("fs_base"), m.u64(stack)
    m.run_to(m.address("image:thread_begin"))
    rsp = m.u64(old)
    check_that("the stack pointer of the thread that was left", stack - 256 <= rsp < stack,
               f"a little below {stack:#x}", hex(rsp))
    words = struct.unpack(f"<{(stack - rsp) // 8 + 1}Q", m.read(rsp, stack - rsp + 8))
    check("the return address above what was pushed", hex(back), hex(words[-1]))
    for name, value in saved.items():
        check_that(f"{name} among what was pushed", value in words, hex(value),
                   " ".join(map(hex, words)))
    check("its FS base", hex(base), hex(m.u64(old + 16)))
    check("what its XSAVE area holds (XSTATE_BV)", 7, m.u64(m.u64(old + 8) + 512) | 1)
    check("rbx where a new thread begins", hex(new), hex(m.reg("rbx")))
    check("the stack pointer where a new thread begins, modulo 16", 0, m.reg("rsp") % 16)
    check("the FS base where a new thread begins", hex(m.u64(new + 16)), hex(m.reg("fs_base")))
    check("interrupts where a new thread begins", 0, m.reg("rflags") & 0x200)


# -- data -----------------------------------------------------------------------------------------


@exercise("3.5", weight=3, read="data of its own")
def test_thread_local_data(machine: MachineFactory, rng: random.Random) -> None:
    """`__thread`, errno and keys: fresh in each thread, and no other thread changes them."""
    run(at_main(machine, f"tls {rng.randrange(1, 1 << 32)} {rng.randrange(8, 40)}"))


@exercise("3.5", weight=2, read="data of its own")
def test_a_copy_of_the_template(machine: MachineFactory, rng: random.Random) -> None:
    """tls_create, seen from outside: the template, then zeroes, then the control block."""
    m = at_main(machine, "tls 1 1")
    start, given, end = (m.address(f"image:{name}")
                         for name in ("tls_start", "tls_data_end", "tls_end"))
    copies = set()
    for _ in range(4):
        noise = m.call("malloc", end - start + 64)
        m.write(noise, rng.randbytes(end - start + 64))
        m.call("free", noise)
        memory = m.call("tls_create", bytes(8))
        # Where the argument lay: below the interrupted stack, as Machine.call puts it.
        base = memory + (end - start)
        check("where the copy lies, modulo 64", 0, memory % 64)
        check("the copy of what has values", m.read(start, given - start).hex(),
              m.read(memory, given - start).hex())
        check("the bytes that have no values", bytes(end - given), m.read(memory + given - start,
                                                                        end - given))
        check("the control block's first word", hex(base), hex(m.u64(base)))
        copies.add(memory)
    check("different copies", 4, len(copies))
    lead(m, HEAP)
    check("where the copy lies, modulo 64, when the heap aligns no better than it is asked to", 0,
          m.call("tls_create", bytes(8)) % 64,
          hint="malloc promises a multiple of 16 and no more.")
    behind = m.address("image:pool") + m.u64("image:pool_used")  # of the block that was taken
    check("the 64 bytes behind the block that tls_create got", bytes(64), m.read(behind, 64),
          hint="The control block wants room, too.")


# -- lives ----------------------------------------------------------------------------------------


@exercise("3.5", weight=4, read="the end of a thread")
@pytest.mark.parametrize("run_number", range(3), ids=["1", "2", "3"])
def test_lives(machine: MachineFactory, rng: random.Random, run_number: int) -> None:
    """Threads end, are joined and detached in any order: results, errors, and memory afterwards."""
    run(at_main(machine, f"lives {rng.randrange(1, 1 << 32)} {rng.randrange(15, 25)}"))


@exercise("3.5", weight=2, read="the end of a thread")
def test_finished_is_said_with_the_lock_held(machine: MachineFactory) -> None:
    """Until a thread that ends has taken its lock `end`, nobody can see that it has finished."""
    m = at_main(machine, "last")
    end, finished = struct.unpack("<QQ", m.read("image:model_layout", 16))
    m.explain("Who joins it could see that, return, end, and be freed, before it is woken.")
    for number in range(3):
        m.run_to("image:thread_exit")
        thread = m.u64(m.reg("gs_base") + 8)
        for _ in range(50):
            m.run_to("image:spin_take")
            if m.reg("rdi") == thread + end:
                break
        check_that(f"the lock `end` of thread {number} that ends", m.reg("rdi") == thread + end,
                   "is taken", "is not taken")
        check(f"whether thread {number} has `finished` already when it takes its lock `end`", 0,
              m.u8(thread + finished))


@exercise("3.5", weight=2, read="the end of a thread")
def test_the_last_thread_ends_the_machine(machine: MachineFactory) -> None:
    """main may end by pthread_exit: the others go on, and the last one's end is status 0."""
    outcome = run(at_main(machine, "last"))
    lines = outcome.console.splitlines()[-4:]
    check("the last lines on the console", ["main ends", "thread 2 ends", "thread 3 ends",
                                            "thread 4 ends"], lines[:1] + sorted(lines[1:]))


@exercise("3.5", weight=2, read="the end of a thread")
def test_one_after_another(machine: MachineFactory) -> None:
    """100,000 threads, joined or detached, one after another: memory is back to the start."""
    run(at_main(machine, "sequence 100000"), budget=4_000_000_000)


@exercise("3.5", weight=2, read="the end of a thread")
def test_ten_thousand_at_once(machine: MachineFactory) -> None:
    """10,000 threads are there at once, then all end: memory is back to the start."""
    run(at_main(machine, "crowd 10000", memory="256M"), budget=1_500_000_000)


@exercise("3.5", weight=2, read="the end of a thread")
def test_without_memory(machine: MachineFactory) -> None:
    """thread_create gives NULL where memory is short, at whatever step, and loses nothing."""
    run(at_main(machine, "memory", memory="16M"), budget=600_000_000)
