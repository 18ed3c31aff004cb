"""Exercise 3.4: fair spinlocks, and locks that are watched.

The machine stands in front of threads_init: the other processors have come up and are parked. The
application lock_model makes them a crew that works for a test.
"""

import random
import re

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import CallFailed

NAMES = ["fork", "spoon", "knife", "plate", "glass", "bowl", "cup"]
TAKERS = ["cook", "serve", "dine", "wash"]
TICKETS = [0, 1, 0x7FFFFFFE, 0xFFFFFFFD]  # the numbers run over, and nobody may notice
LOCK_SIZE = 24  # struct spinlock
PAUSE = b"\xf3\x90"
FIRMWARE = 400_000_000


def with_crew(machine: MachineFactory, cpus: int, app: str = "lock_model") -> Machine:
    """A machine whose processors have all come up, and wait."""
    m = machine(app, smp=cpus, machine="microvm")
    m.run_to("image:threads_init", budget=FIRMWARE)
    check("processors that have come up", cpus, m.u32("image:cpu_count"))
    # Calls return to a page without code: one with a breakpoint runs twenty times slower.
    m.set_reg("rip", m.address("image:boot_info"))
    return m


def told_by_time(ticket: int) -> str:
    """The hint where a test takes too long."""
    return (f"The first ticket was {ticket:#x}; behind 0xffffffff comes 0, so that `<` is no order. "
            "A TIMEOUT may also be a loop without pause(): it takes the time from who has the lock.")


# -- ticket locks -----------------------------------------------------------------------------


@exercise("3.4", weight=3, read="wait in line")
def test_one_at_a_time(machine: MachineFactory, rng: random.Random) -> None:
    """Four processors take one lock hundreds of times each: never two of them at once."""
    m = with_crew(machine, 4)
    for ticket in (rng.choice(TICKETS[:2]), 0xFFFFFFFF - rng.randrange(2, 200)):
        rounds = rng.randrange(100, 150)
        m.explain(told_by_time(ticket))
        m.write("model_counter", bytes(8))
        m.call("model_contend", rounds, ticket, budget=200_000_000)
        check("times that somebody else was inside, too", 0, m.u32("model_clashes"))
        check(f"what 4 processors counted to, {rounds} each", 4 * rounds, m.u64("model_counter"))
        next_ticket, serving, holder = (m.u32(m.address("model_lock") + 4 * i) for i in range(3))
        check("the ticket that is called when nobody waits", next_ticket, serving)
        check("tickets that were drawn", 4 * rounds, (next_ticket - ticket) % (1 << 32))
        check("the holder of a free lock", 0, holder)


@exercise("3.4", weight=3, read="wait in line")
def test_a_ticket_is_drawn_at_once(machine: MachineFactory, rng: random.Random) -> None:
    """Another processor draws a ticket between any two instructions of spin_take."""
    m = with_crew(machine, 1)
    m.write("smp_active", b"\1")
    stack, home, length = m.reg("rsp") - 256 & ~15 | 8, m.address("image:boot_info"), 0
    m.set_breakpoint(home)
    _enter_spin_take(m, stack, 0)
    while m.reg("rip") != home:
        m.step()
        length += 1
    for steps in range(length):
        ticket = rng.choice(TICKETS)
        _enter_spin_take(m, stack, ticket)
        if steps:
            m.step(steps)
        place = f"when another one draws a ticket while it is at {m.here(with_line=True)}"
        drawn = m.u32("model_lock")
        _write_ticket(m, 0, drawn + 1)
        if drawn == ticket:
            m.run(20_000)
            check_that(f"a processor that came second, {place}", m.reg("rip") != home, "waits",
                       "has the lock, like the first one")
            check(f"tickets that are drawn while it waits, {place}", 2,
                  (m.u32("model_lock") - ticket) % (1 << 32))
            _write_ticket(m, 1, ticket + 1)
        m.run(20_000)
        check_that(f"a processor whose turn it is, {place}", m.reg("rip") == home,
                   "has the lock", f"waits at {m.here(with_line=True)}")
        check(f"tickets that two have drawn, {place}", 2,
              (m.u32("model_lock") - ticket) % (1 << 32))


def _enter_spin_take(m: Machine, stack: int, ticket: int) -> None:
    """Stands at the beginning of spin_take(&model_lock), which is free; rsp is `stack`."""
    _write_ticket(m, 0, ticket)
    _write_ticket(m, 1, ticket)
    m.write(stack, m.address("image:boot_info").to_bytes(8, "little"))  # where it returns to
    for register, value in (("rsp", stack), ("rdi", m.address("model_lock")),
                            ("rip", m.address("spin_take"))):
        m.set_reg(register, value)


def _write_ticket(m: Machine, word: int, ticket: int) -> None:
    """The next ticket to be drawn (word 0), or the one that is called (1)."""
    m.write(m.address("model_lock") + 4 * word, (ticket % (1 << 32)).to_bytes(4, "little"))


@exercise("3.4", weight=3, read="wait in line")
def test_first_come_first_served(machine: MachineFactory, rng: random.Random) -> None:
    """Processors have the lock in the order in which they asked for it."""
    m = with_crew(machine, 5)
    for _ in range(4):
        order = [1, 2, 3, 4]
        rng.shuffle(order)
        order = order[:rng.randrange(2, 5)]
        ticket = rng.choice(TICKETS)
        m.explain(told_by_time(ticket))
        m.call("model_line", bytes(order), len(order), ticket, budget=100_000_000)
        check(f"the order in which processors {order} had the lock", order,
              list(m.read("model_served", len(order))))


@exercise("3.4", weight=2, read="wait in line")
def test_who_waits_looks_for_shootdowns(machine: MachineFactory, rng: random.Random) -> None:
    """A processor that waits for a lock calls shootdown_poll, and pauses; else it does not."""
    m = with_crew(machine, 3)
    m.set_breakpoint("image:shootdown_poll")
    m.write("smp_active", b"\1")
    for _ in range(3):
        m.call("spin_take", m.address("model_lock"))
        m.call("spin_release", m.address("model_lock"))
    m.write("smp_active", b"\0")
    try:
        m.call("model_hold", rng.choice((1, 2)), budget=20_000_000)
    except CallFailed as failed:
        outcome = failed.outcome
    for turn in range(20):
        check_that(f"a processor that waits for a lock, after {turn} calls of shootdown_poll",
                   outcome.kind is Kind.BREAKPOINT, "calls it in each turn of its loop",
                   outcome.text)
        outcome = m.run(4_000_000)
    m.clear_breakpoint("image:shootdown_poll")
    turn = b""
    for _ in range(400):  # from one call to the next
        turn += m.read(m.reg("rip"), 2)
        m.step()
        if m.reg("rip") == m.address("image:shootdown_poll"):
            break
    check_that("a turn of the loop of a processor that waits for a lock", PAUSE in turn,
               "a PAUSE in it", "none",
               hint="It tells the processor, and one that is virtual its host, that this is a loop.")


# -- locks that are watched -------------------------------------------------------------------


def watched(machine: MachineFactory) -> Machine:
    """A machine with LOCKS=debug, before there are other processors."""
    m = machine("lock_model.locks", machine="microvm")
    m.run_to("image:smp_init")
    m.set_reg("rip", m.address("image:boot_info"))
    return m


class Script:
    """Steps of model_steps, and which lock who took where."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.steps: list[int] = []

    def take(self, lock: int) -> str:
        """And the name of the function that takes it."""
        taker = self.rng.randrange(4)
        self.steps.append(lock | taker << 4)
        return TAKERS[taker]

    def release(self, lock: int) -> None:
        self.steps.append(lock | 0x80)

    def pair(self, first: int, second: int) -> str:
        """One lock taken with another held; who took it."""
        self.take(first)
        taker = self.take(second)
        for lock in self.rng.sample([first, second], 2):  # in any order
            self.release(lock)
        return taker


def name(m: Machine, lock: int) -> str:
    """A lock as reports have it; the last one has no name."""
    if lock < len(NAMES):
        return f'"{NAMES[lock]}"'
    return f"{m.address('model_locks') + lock * LOCK_SIZE:#x}"


def run_script(m: Machine, script: Script, panic: str | None) -> str:
    """The console of the steps, whose last one panics, or not."""
    steps = bytes(script.steps)
    before = len(m.console)
    if panic is None:
        m.call("model_steps", steps, len(steps))
        return m.console[before:]
    m.call("model_steps", steps[:-1], len(steps) - 1)
    try:
        m.call("model_steps", steps[-1:], 1)
    except CallFailed as failed:
        if failed.outcome.kind is not Kind.PANIC:
            raise
        check("the panic", panic, failed.outcome.text.removeprefix("kernel panic: "))
        return m.console[before:]
    fail("the last step", f"a panic: {panic}", "nothing is reported")


def parts(console: str) -> list[tuple[str, list[str]]]:
    """The report's headings, and the functions of the backtrace below each."""
    found: list[tuple[str, list[str]]] = []
    for line in console.replace("\r", "").splitlines():
        if match := re.fullmatch(r"  0x[0-9a-f]{16} (\S+?)(\+0x[0-9a-f]+)?", line):
            if found:
                found[-1][1].append(match[1])
        elif line.startswith("panic: "):
            break
        else:
            found.append((line, []))
    return found


def check_parts(console: str, wanted: list[tuple[str, str]]) -> None:
    """Headings, and who took the lock there."""
    found = [(head, functions[:2]) for head, functions in parts(console)]
    check("the report", [(head, [who, "model_steps"] if who else []) for head, who in wanted], found)


@exercise("3.4", weight=2, read="before a lock is taken")
def test_a_lock_taken_twice(machine: MachineFactory, rng: random.Random) -> None:
    """LOCKS=debug: who takes a lock that it holds is told so, with both backtraces."""
    for depth in (1, rng.randrange(2, 5)):
        m = watched(machine)
        script = Script(rng)
        locks = rng.sample(range(8), depth)
        takers = [script.take(lock) for lock in locks]
        twice = rng.randrange(1, depth) if depth > 1 else 0  # not always the first that is held
        again = script.take(locks[twice])
        said = name(m, locks[twice])
        console = run_script(m, script, f"deadlock: {said} is taken twice")
        check_parts(console, [(f"locks: CPU 0 takes {said}, which it holds", ""),
                              ("taken:", takers[twice]), ("taken again:", again)])


@exercise("3.4", weight=3, read="does a way lead back?")
@pytest.mark.parametrize("length", [2, 3, 6])
def test_orders_that_make_a_circle(machine: MachineFactory, rng: random.Random,
                                   length: int) -> None:
    """LOCKS=debug: orders that make a circle are reported, each with its backtrace."""
    m = watched(machine)
    script = Script(rng)
    circle = rng.sample(range(8), length)
    pairs = list(zip(circle, circle[1:]))
    rng.shuffle(pairs)
    takers = {pair: script.pair(*pair) for pair in pairs}
    for pair in pairs[:2]:
        script.pair(*pair)  # again, from elsewhere: the first time counts
    for dead_end in set(range(8)) - set(circle):
        for lock in rng.sample(circle, rng.randrange(1, length + 1)):
            script.pair(lock, dead_end)
    script.take(circle[-1])
    last = script.take(circle[0])
    one, other = name(m, circle[-1]), name(m, circle[0])
    console = run_script(m, script, f"lock order: {one}, then {other}")
    wanted = [("locks: the orders of these make a circle", "")]
    wanted += [(f"{name(m, a)}, then {name(m, b)}:", takers[a, b])
               for a, b in zip(circle, circle[1:])]
    check_parts(console, wanted + [(f"{one}, then {other}:", last)])


@exercise("3.4", weight=2, read="before a lock is taken")
def test_orders_with_several_held(machine: MachineFactory, rng: random.Random) -> None:
    """LOCKS=debug: five locks held at once have an order, and the report says which leads back."""
    m = watched(machine)
    script = Script(rng)
    locks = rng.sample(range(8), 5)
    takers = [script.take(lock) for lock in locks]
    for lock in locks:
        script.release(lock)
    low = rng.randrange(3)
    high = rng.randrange(low + 2, 5)
    script.take(locks[high])
    script.take(locks[low])
    one, other = name(m, locks[high]), name(m, locks[low])
    console = run_script(m, script, f"lock order: {one}, then {other}")
    pairs = parts(console)[1:-1]
    ends = [head.rstrip(":").split(", then ") for head, _ in pairs]
    check_that("the report leads from the one lock to the other",
               bool(ends) and ends[0][0] == other and ends[-1][1] == one
               and all(a[1] == b[0] for a, b in zip(ends, ends[1:])),
               f"a chain from {other} to {one}", str(ends))
    for (_, after), (_, functions) in zip(ends, pairs):
        check(f"who took {after}", takers[[name(m, lock) for lock in locks].index(after)],
              functions[0])


@exercise("3.4", weight=2, read="before a lock is taken")
def test_what_is_right_is_not_reported(machine: MachineFactory, rng: random.Random) -> None:
    """LOCKS=debug: locks in one order, released in any, and held by several processors in turn."""
    m = watched(machine)
    for _ in range(5):
        script = Script(rng)
        for _ in range(12):
            locks = sorted(rng.sample(range(8), rng.randrange(1, 6)))
            for lock in locks:
                script.take(lock)
            for lock in rng.sample(locks, len(locks)):
                script.release(lock)
        check("the console", "", run_script(m, script, None))
    script = Script(rng)
    for _ in range(450):  # as many orders as there is room for, if each were a new one
        for lock in range(5):
            script.take(lock)
        for lock in range(5):
            script.release(lock)
    check("the console", "", run_script(m, script, None))
    m = with_crew(machine, 3, "lock_model.locks")
    m.write("model_counter", bytes(8))
    m.call("model_contend", 40, 0, budget=200_000_000)
    check("what 3 processors counted to, 40 each", 120, m.u64("model_counter"))


@exercise("3.4", weight=2, read="does a way lead back?")
def test_many_ways_are_searched_once(machine: MachineFactory, rng: random.Random) -> None:
    """LOCKS=debug: among orders with millions of ways a search takes a moment, and finds the one."""
    m = watched(machine)
    layers = rng.randrange(16, 24)
    m.call("model_layers", layers, 0, budget=60_000_000)
    try:
        m.call("model_layers", layers, 1, budget=60_000_000)
    except CallFailed as failed:
        if failed.outcome.kind is not Kind.PANIC:
            raise
        check_that("the panic", "lock order: 0x" in failed.outcome.text, "lock order: …",
                   failed.outcome.text)
    else:
        fail("the last layer before the first", "a panic: lock order: …", "nothing is reported")
    heads = [head for head, functions in parts(m.console) if functions]
    check("orders in the circle", layers, len(heads))


@exercise("3.4", read="before a lock is taken")
def test_more_locks_than_there_is_room_for(machine: MachineFactory, rng: random.Random) -> None:
    """LOCKS=debug: beyond LOCKS_MAX the rest is not watched: said once, and nothing breaks."""
    m = watched(machine)
    m.explain("node_of gives NULL then.")
    locks = m.call("model_crowd", budget=200_000_000)
    check(f"lines that say so on the console, with {locks} locks", 1,
          m.console.count("locks: too many of them"))
