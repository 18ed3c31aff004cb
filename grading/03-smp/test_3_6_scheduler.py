"""Exercise 3.6: the scheduler.

Time is virtual here: an instruction is 2 ns, and a machine that halts is at its next timer at once.
So shares and sleeps are measured to the microsecond, however busy the host is. QEMU lets CPUs take
turns, and goes on to the next one where one halts or executes `pause`; the applications do.
"""

import random
import re

import pytest

from pagurus import acpi
from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import MachineEnded

MS = 1_000_000
SLICE = 2 * MS
IF = 0x200
FRAME_BYTES = 22 * 8  # struct trap_frame
CS, RFLAGS, RSP = 18 * 8, 19 * 8, 20 * 8
INSTRUCTIONS = 1_000_000_000


def start(machine: MachineFactory, app: str, args: str, cpus: int = 1) -> Machine:
    """A machine with so many CPUs; one of a single CPU boots faster."""
    if cpus == 1:
        return machine(app, args=args, machine="microvm")
    return machine(app, args=args, smp=cpus)


def run(m: Machine, budget: int = INSTRUCTIONS) -> Outcome:
    """To the end, status 0; what the application found wrong is the failure."""
    outcome = m.run(budget)
    said = {line.split()[1]: line.split(maxsplit=2)[2] for line in outcome.tap
            if line.startswith(("# wrong ", "# expected ", "# found "))}
    if "wrong" in said:
        fail(said["wrong"], said.get("expected"), said.get("found"))
    if outcome.kind is Kind.EXIT and outcome.status == 0:
        return outcome
    return m.run_expect_exit(0)


def numbers(outcome: Outcome, pattern: str) -> list[list[int]]:
    """The numbers in each report line that matches."""
    found = [[int(number) for number in match.groups()] for line in outcome.tap
             if (match := re.search(pattern, line))]
    check_that(f"reports like '{pattern}'", bool(found), "at least one", outcome.tap)
    return found


# -- shares -----------------------------------------------------------------------------------


def check_shares(machine: MachineFactory, cpus: int, time: int, priorities: list[int]) -> None:
    """Threads that never give way get what their priorities say, within 5 %."""
    m = start(machine, "shares", f"{time} {' '.join(map(str, priorities))}", cpus)
    outcome = run(m)
    counts = [count for count, in numbers(outcome, r"^hog \d+: .* counted (\d+),")]
    check("threads that reported", len(priorities), len(counts))
    weights = [1.25 ** priority for priority in priorities]
    for number, (count, weight) in enumerate(zip(counts, weights)):
        share, expected = count / sum(counts), weight / sum(weights)
        check_that(f"the share of thread {number} of {len(counts)}, whose priorities are "
                   f"{priorities}, on {cpus} CPUs", abs(share / expected - 1) <= 0.05,
                   f"{expected:.4f}, give or take 5 %", f"{share:.4f}")


@exercise("3.6", weight=3, read="time has its price")
def test_shares_go_by_priority(machine: MachineFactory, rng: random.Random) -> None:
    """Shares of a processor are as the weights: each step of priority is a quarter more."""
    while True:
        priorities = [rng.randrange(-6, 7) for _ in range(rng.randrange(3, 5))]
        weights = [1.25 ** priority for priority in priorities]
        if min(weights) > 0.13 * sum(weights) and max(weights) > 0.55 * sum(weights):
            break
    check_shares(machine, 1, 500, priorities)


@exercise("3.6", weight=2, read="shares across processors")
@pytest.mark.parametrize("cpus, threads", [(2, 3), (4, 5)], ids=["3-on-2", "5-on-4"])
def test_shares_across_processors(machine: MachineFactory, rng: random.Random, cpus: int,
                                  threads: int) -> None:
    """A thread more than CPUs: all get the same, since who waits too long is let in elsewhere."""
    check_shares(machine, cpus, 300, [rng.randrange(-3, 4)] * threads)


@exercise("3.6", weight=2, read="shares across processors")
def test_priorities_across_processors(machine: MachineFactory, rng: random.Random) -> None:
    """Unequal threads on two CPUs get their shares of both together."""
    heavy = rng.randrange(2, 4)
    priorities = [0, 0, 0, heavy]
    rng.shuffle(priorities)
    check_shares(machine, 2, 300, priorities)


@exercise("3.6", weight=2, read="shares across processors")
def test_who_is_not_behind_stays(machine: MachineFactory) -> None:
    """Four equal threads on two CPUs, two on each, have their shares: nobody needs to move."""
    outcome = run(start(machine, "scheduler_steps", "stay 400", 2))
    (moved,), = numbers(outcome, r"^moved (\d+) times")
    check_that("how often four equal threads on two CPUs have moved in 400 ms", moved <= 10,
               "hardly ever", moved, hint="Who is given away is more than MARGIN behind.")


@exercise("3.6", weight=2, read="shares across processors")
def test_nothing_for_a_processor_that_is_not_there(machine: MachineFactory) -> None:
    """One of three CPUs has never come up: no thread is sent there, where it would wait for ever."""
    m = machine("shares", "60 0 0 0", smp=3, machine="microvm")
    m.run_to("image:acpi_read")
    acpi.rename_cpus(m, {2: 150})
    m.explain("A CPU that did not come up is not `online` (smp/cpu.h), and nobody runs there. To "
              "queue_running_pass it is like one that idles, further than all others.")
    run(m)


@exercise("3.6", weight=2, read="time has its price")
def test_a_chain_of_threads_starves_nobody(machine: MachineFactory) -> None:
    """A thread makes the next one and ends, again and again: one beside them gets its half."""
    outcome = run(start(machine, "scheduler_steps", "chain 200"))
    (hog, length, chain), = numbers(outcome, r"^hog (\d+), chain of (\d+) (\d+)")
    check_that("threads in the chain", length > 100, "hundreds", length)
    check_that("the share of a thread beside a chain of others", 0.45 < hog / (200 * MS) < 0.6,
               "about half", f"{hog / (200 * MS):.3f}")


@exercise("3.6", weight=2, read="ready, where, and who is told")
def test_sleeping_saves_up_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """Who has slept long gets no more afterwards than who has not slept at all."""
    outcome = run(start(machine, "scheduler_steps", f"late {rng.randrange(80, 120)}"))
    (early, late), = numbers(outcome, r"^early (-?\d+), late (-?\d+)")
    check_that("the share of a thread that has slept for long before", 0.45 <
               late / (early + late) < 0.55, "half", f"{late / (early + late):.3f}")


@exercise("3.6", weight=2, read="ready, where, and who is told")
def test_napping_earns_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """A thread that sleeps a little after each millisecond gets no more than one that does not."""
    outcome = run(start(machine, "scheduler_steps", f"nap {rng.randrange(150, 200)}"))
    (ran, length), = numbers(outcome, r"^hog (\d+) of (\d+)")
    check_that("the share of a thread beside one that naps often", 0.45 < ran / length < 0.6,
               "half, or a little more", f"{ran / length:.3f}")


@exercise("3.6", weight=2, read="time has its price")
def test_what_running_costs(machine: MachineFactory, rng: random.Random) -> None:
    """queue_charge, called from outside: the pass, virtual_now, and how far a thread may lag."""
    m = start(machine, "scheduler_steps", "wait")
    m.run_to("image:main")
    unit, base = 64, 1 << 45
    slice_, lag = 2 * MS * unit, 4 * 2 * MS * unit

    def charge(pass_: int, weight: int, time: int, ready: int, front: int) -> tuple[int, int]:
        m.call("steps_charge", pass_, weight, time % (1 << 64), ready, front)
        return m.u64("image:steps_pass"), m.u64("image:steps_front")

    for time, weight in [(1, 1024), (MS, 1024), (rng.randrange(10 * MS), rng.randrange(11, 90_000)),
                         (1, 65536), (86400 * 1000 * MS, 1024), (0, 500), (-500, 1024)]:
        grown = max(time, 0) * 1024 * unit // weight
        found, front = charge(base, weight, time, 0, base - slice_)
        check(f"the pass of a thread of weight {weight} after {time} ns", base + grown, found)
        check("virtual_now, where nobody else is ready", base + grown, front)
    ready = base + rng.randrange(1, slice_)
    found, front = charge(base, 1024, 2 * MS, ready, base)
    check("virtual_now, where a ready thread's pass is smaller", ready, front)
    found, front = charge(base, 1024, MS, base + slice_, base)
    check("virtual_now, where the ready thread's pass is larger", base + MS * unit, front)
    found, front = charge(base, 1024, MS, base + 9 * slice_, base + 3 * slice_)
    check("virtual_now, which never goes back", base + 3 * slice_, front)
    check("the pass of a thread that is a little behind", base + MS * unit, found)
    ahead = base + 10 * lag
    found, _ = charge(base, 1024, MS, ahead, ahead)
    check("the pass of a thread that is far behind", ahead - lag, found)


@exercise("3.6", weight=2, read="ready, where, and who is told")
def test_where_a_woken_thread_begins(machine: MachineFactory, rng: random.Random) -> None:
    """thread_place, called from outside: the pass of who has slept long, briefly, or not at all."""
    m = start(machine, "scheduler_steps", "wait")
    m.run_to("image:main")
    lead, front = SLICE * 64, rng.randrange(1 << 44, 1 << 45)
    for pass_, right in [(front - lead - rng.randrange(1, 3 * lead), front - lead),
                         (rng.randrange(1 << 40), front - lead)] + [
                             (front + by, front + by) for by in
                             (-lead, rng.randrange(-lead, 0), 0, rng.randrange(1, 9 * lead))]:
        check(f"the pass of a woken thread, which was {pass_} when virtual_now was {front}", right,
              m.call("steps_place", pass_, front))


@exercise("3.6", weight=2, read="no ticks")
def test_what_the_timer_is_armed_for(machine: MachineFactory, rng: random.Random) -> None:
    """queue_arm, called from outside: for the earlier of two reasons, if they are reasons."""
    m = start(machine, "scheduler_steps", "wait")
    m.run_to("image:main")
    never = (1 << 63) - 1
    early, middle, late = sorted(rng.sample(range(50 * MS, 5000 * MS), 3))
    past = -rng.randrange(1, MS)
    for ready, wanted, slice_end, timer, armed, right in [
            (0, 0, early, 0, never, never), (0, 0, early, late, never, late),
            (1, 0, early, late, never, early), (1, 0, late, early, never, early),
            (1, 0, early, 0, never, early), (1, 0, middle, late, early, middle),
            (1, 0, early, late, middle, early), (1, 1, early, late, never, late),
            (1, 1, past, 0, never, never), (1, 1, past, middle, late, middle)]:
        found = m.call("steps_arm", ready, wanted, slice_end % (1 << 64), timer, armed)
        if found == armed < right:  # may stay, and find nothing to do
            found = right
        check(f"what the timer is armed for, in ns from now, when the slice ends in {slice_end}, "
              + ("a thread is" if ready else "none is") + " ready, preempt_wanted is "
              + ("set, " if wanted else "not set, ")
              + (f"a thread's time is up in {timer}" if timer else "nobody sleeps")
              + (" and nothing is armed" if armed == never else f" and {armed} is armed"),
              "nothing" if right == never else right, "nothing" if found == never else found)


@exercise("3.6", read="who is next")
def test_yield_lets_the_others_run(machine: MachineFactory, rng: random.Random) -> None:
    """Threads that yield take turns: when one has had all of its turns, so have the others."""
    threads, turns = rng.randrange(3, 6), rng.randrange(4000, 6000)
    outcome = run(start(machine, "scheduler_steps", f"yield {threads} {turns}"))
    (least, in_a_row), = numbers(outcome, r"^at least (\d+) of \d+ turns, (\d+) in a row")
    # Shares are shares of time: whose turn costs more, has fewer. The last one is alone in the end.
    check_that(f"the fewest turns of {turns} that {threads} threads have had when the first one is "
               "done", least > 0.6 * turns, f"more than {0.6 * turns:.0f}", str(least))
    check_that(f"turns of {turns * threads} that followed a turn of the same thread",
               in_a_row <= 0.2 * turns, f"at most {0.2 * turns:.0f}", in_a_row)


# -- preemption -------------------------------------------------------------------------------


@exercise("3.6", weight=3, read="away from a thread that does not yield")
def test_preemption_changes_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """Threads that are interrupted anywhere keep all registers, the flags, and their red zone."""
    threads, rounds = rng.randrange(3, 7), rng.randrange(500_000, 900_000)
    m = start(machine, "interrupted", f"{threads} {rounds} {rng.getrandbits(62)}")
    outcome = m.run(INSTRUCTIONS)
    changed = [line.split()[2] for line in outcome.tap if line.startswith("# changed ")]
    if changed:
        code = int(changed[0])
        what = ("the flags" if code == 100 else
                f"the word {8 * (code - 200)} bytes below the stack pointer, in the red zone"
                if code > 200 else f"general register number {code} of interrupted_loop.asm")
        fail(f"{what} of a thread that was interrupted", "the same as before", "another value")
    if outcome.kind is not Kind.EXIT:
        raise MachineEnded(outcome, "the program ends with status 0")
    check("the exit status", 0, outcome.status)


@exercise("3.6", weight=2, read="away from a thread that does not yield")
def test_where_a_preempted_thread_goes_on(machine: MachineFactory) -> None:
    """At preempt_entry, seen from outside: the thread's own stack, aligned, interrupts off."""
    m = start(machine, "interrupted", "3 1000000000 1")
    for _ in range(4):
        m.run_to("image:preempt_entry", budget=INSTRUCTIONS // 10)
        rsp = m.reg("rsp")
        check("the stack pointer at preempt_entry, modulo 16", 0, rsp % 16)
        check("whether interrupts are on at preempt_entry", 0, m.reg("rflags") & IF)
        frame = m.read(rsp, FRAME_BYTES)
        code, rflags, interrupted = (int.from_bytes(frame[at:at + 8], "little")
                                     for at in (CS, RFLAGS, RSP))
        m.explain("At preempt_entry the stack pointer leads to a copy of the trap frame.")
        check("CS of the code that was interrupted", hex(8), hex(code))
        check("whether it had interrupts on", IF, rflags & IF)
        check_that("where the copy of the trap frame ends", rsp + FRAME_BYTES <= interrupted - 128,
                   f"below the red zone of the interrupted stack pointer {interrupted:#x}",
                   hex(rsp + FRAME_BYTES))
        check_that("where the copy of the trap frame begins", interrupted - rsp < 1024,
                   f"not far below {interrupted:#x}", hex(rsp))


@exercise("3.6", weight=2, read="who is next")
def test_the_lock_is_held_across_the_switch(machine: MachineFactory) -> None:
    """At thread_switch, seen from outside: the queue's lock is held, and interrupts are off.

    Otherwise another CPU could take the thread from the queue and run it while it still saves its
    registers.
    """
    m = start(machine, "scheduler_steps", "relay 20")
    m.run_to("image:main")
    for _ in range(12):
        m.run_to("image:thread_switch")
        check("whether interrupts are on at thread_switch", 0, m.reg("rflags") & IF)
        check("whether the CPU holds its queue's lock at thread_switch", 1,
              m.call("steps_queue_held"))
    outcome = run(m)
    numbers(outcome, r"^(\d+) rounds in")


@exercise("3.6", weight=3, read="who is next")
@pytest.mark.parametrize("args", ["relay 50", f"sleepers 7 10 {MS}", "steal 12 50",
                                  f"sleep 3 0 {60 * MS}"],
                         ids=["relay", "sleepers", "steal", "hogs"])
def test_queues_change_under_their_locks(machine: MachineFactory, args: str) -> None:
    """Whatever is put into a queue, or taken out: the CPU that does it holds that queue's lock."""
    m = start(machine, "scheduler_steps", args, 2)
    m.run_to("image:main")
    number, queue, ready, timers, holder = (m.u64(m.address("image:steps_layout") + 8 * i)
                                            for i in range(5))
    queues = [m.u64(m.address("image:cpus") + 8 * i) + queue for i in range(2)]
    holders = {q + of: q + holder for q in queues for of in (ready, timers)}
    m.set_breakpoint("image:heap_insert")
    m.set_breakpoint("image:heap_remove")
    for _ in range(40):
        outcome = m.run(INSTRUCTIONS // 5)
        if outcome.kind is not Kind.BREAKPOINT:
            break
        heap = m.reg("rdi")
        check_that("the heap of a queue", heap in holders, "one of a CPU", hex(heap))
        doing = "put into" if m.here().symbol == "heap_insert" else "taken out of"
        by = m.place(m.u64(m.reg("rsp"))).symbol
        cpu = m.u32(m.reg("gs_base") + number)
        check(f"who holds the lock of a queue when something is {doing} it (in {by}): the number "
              "of the CPU, plus 1", cpu + 1, m.u32(holders[heap]))
        held = sum(m.u32(q + holder) == cpu + 1 for q in queues)
        check(f"how many queues' locks CPU {cpu} holds when something is {doing} one (in {by})", 1,
              held, hint="Two CPUs that each hold one and want the other's wait for ever.")


@exercise("3.6", weight=2, read="who is next")
def test_who_is_busy_is_not_idle(machine: MachineFactory) -> None:
    """A CPU that gives way to a thread, seen from outside: idle_cpus says no more that it idles."""
    m = start(machine, "scheduler_steps", "relay 20", 2)
    m.run_to("image:main")
    number, *_, idle = (m.u64(m.address("image:steps_layout") + 8 * i) for i in range(6))
    m.explain("Who is ready would be queued there, as if it could run at once (idle_ends).")
    for _ in range(12):
        m.run_to("image:thread_switch")
        cpu = m.reg("gs_base")
        if m.reg("rsi") != m.u64(cpu + idle):
            check(f"whether CPU {m.u32(cpu + number)} is idle, which switches to a thread", 0,
                  m.u64("image:idle_cpus") >> m.u32(cpu + number) & 1)


@exercise("3.6", weight=2, read="who is next")
def test_ended_threads_are_gone(machine: MachineFactory, rng: random.Random) -> None:
    """A thread that has ended is given back, and not before it has left its stack."""
    count = rng.randrange(10, 20)
    m = start(machine, "scheduler_steps", f"end {count}")
    m.run_to("image:main")
    before = m.call("steps_threads")
    m.set_breakpoint("image:thread_release")
    m.set_breakpoint("image:machine_exit")
    for _ in range(3 * count):
        outcome = m.run(INSTRUCTIONS // 5)
        if outcome.kind is not Kind.BREAKPOINT:
            raise MachineEnded(outcome, "the program ends with status 0")
        if m.here().symbol == "machine_exit":
            break
        check("whether a thread is given back on its own stack", 0,
              m.call("steps_on_stack", m.reg("rdi"), m.reg("rsp")))
    check("threads when all that were made have been joined", before, m.call("steps_threads"))


# -- sleeping ---------------------------------------------------------------------------------


@exercise("3.6", weight=2, read="no ticks")
@pytest.mark.parametrize("cpus", [1, 4])
def test_sleep_is_exact(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """A sleep is never too short, and at most 1 % (and 10 us) too long, from 20 us to 20 s."""
    lengths = [rng.randrange(MS, 9 * MS), rng.randrange(20 * MS, 900 * MS),
               rng.randrange(5000 * MS, 20_000 * MS)]
    rng.shuffle(lengths)
    lengths += [rng.randrange(20_000, 60_000) for _ in range(4)]  # idle for a moment, and again
    m = start(machine, "scheduler_steps", f"sleep 0 0 {' '.join(map(str, lengths))}", cpus)
    for slept, wanted in numbers(run(m), r"^slept (\d+) of (\d+)"):
        check_that(f"a sleep of {wanted} ns", wanted <= slept <= 1.01 * wanted + 10_000,
                   "as long, or 1 % longer", slept)


@exercise("3.6", weight=2, read="ready, where, and who is told")
def test_sleep_beside_others(machine: MachineFactory, rng: random.Random) -> None:
    """Who has slept runs at once, although other threads never give way."""
    lengths = [rng.randrange(10 * MS, 30 * MS) for _ in range(5)]
    hogs, priority = rng.randrange(2, 4), rng.randrange(-12, -6)
    m = start(machine, "scheduler_steps",
              f"sleep {hogs} {priority} {30 * MS} {' '.join(map(str, lengths))}")
    for slept, wanted in numbers(run(m), r"^slept (\d+) of (\d+)")[1:]:
        check_that(f"a sleep of {wanted} ns beside {hogs} threads that never give way",
                   wanted <= slept <= 1.01 * wanted + 10_000, "as long, or 1 % longer", slept)


@exercise("3.6", weight=2, read="the time is up")
@pytest.mark.parametrize("cpus", [1, 4])
def test_many_sleepers(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """A hundred threads sleep ten times each, all at once: nobody too short, nobody much too long."""
    m = start(machine, "scheduler_steps",
              f"sleepers {rng.getrandbits(60)} 100 {100 * MS}", cpus)
    (late,), = numbers(run(m), r"^at most (\d+) late")
    check_that("the most that one of 100 sleepers was late, in ns", late < MS // 2,
               "less than 500,000", late)


@exercise("3.6", weight=2, read="the time is up")
def test_who_is_due(machine: MachineFactory, rng: random.Random) -> None:
    """wake_sleepers, called from outside: to the nanosecond."""
    m = start(machine, "scheduler_steps", "wait")
    m.run_to("image:main")
    for before, due in [(0, 1), (1, 1), (rng.randrange(2, MS), 1), (-1, 0),
                        (-rng.randrange(2, MS), 0)]:
        check(f"whether a thread is woken whose time was up {before} ns ago", due,
              m.call("steps_due", before % (1 << 64)) & 1)


@exercise("3.6", weight=2, read="the time is up")
@pytest.mark.parametrize("cpus", [1, 2])
def test_waits_with_a_deadline(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """A wait that was ended in time leaves no timer behind; one that was not ends at its deadline."""
    run(start(machine, "scheduler_steps", f"timeout {rng.randrange(4 * MS, 9 * MS)}", cpus))


@exercise("3.6", weight=2, read="no ticks")
def test_one_thread_alone_is_left_alone(machine: MachineFactory) -> None:
    """While nobody waits there is no reason for an interrupt, and none comes."""
    m = start(machine, "scheduler_steps", "alone")
    m.run_to("image:main")
    count = m.u64("image:alone_count")
    m.run(budget=10_000_000)  # what was armed before may still come
    check_that("whether the thread counts", m.u64("image:alone_count") > count, "it does",
               "it does not")
    m.set_breakpoint("image:trap_dispatch")
    outcome = m.run(budget=20_000_000)
    check_that("interrupts in 40 ms of one thread alone", outcome.kind is Kind.TIMEOUT, "none",
               outcome.text)


def halted(m: Machine) -> list[int]:
    """Of each CPU whether it has executed HLT and waits."""
    return [int(found) for found in re.findall(r"HLT=(\d)", m.hmp("info registers -a"))]


@exercise("3.6", weight=3, read="the idle thread")
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_idle_processors_halt(machine: MachineFactory, cpus: int) -> None:
    """With nothing to do, every CPU halts with interrupts on; seen from outside."""
    m = start(machine, "scheduler_steps", "wait", cpus)
    outcome = m.run(100_000_000)
    check_that("a machine whose only thread waits for ever",
               outcome.kind is Kind.TIMEOUT and "no interrupt comes" in outcome.text,
               "halted, with interrupts on", outcome.text)
    check("CPUs that halt (HLT)", [1] * cpus, halted(m))


@exercise("3.6", weight=2, read="the idle thread")
@pytest.mark.parametrize("cpus", [1, 4])
def test_sleeping_costs_nothing(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """Sleeping long takes no more instructions than sleeping briefly: nobody ticks or spins."""
    def cost(length: int) -> int:
        m = start(machine, "scheduler_steps", f"sleep 0 0 {length}", cpus)
        m.run_to("image:main", budget=INSTRUCTIONS // 10)
        before = m.icount()
        m.run_to("image:machine_exit")
        return m.icount() - before

    few, many = cost(rng.randrange(20, 30) * MS), cost(rng.randrange(3000, 4000) * MS)
    check_that("instructions for a sleep of 3 s, and for one of 20 ms", many < few + 50_000,
               f"about {few} for both", many, hint="A timer every millisecond would be 3000.")


# -- waking -----------------------------------------------------------------------------------


@exercise("3.6", weight=3, read="no wake-up is lost")
def test_a_wake_up_before_the_wait_counts(machine: MachineFactory) -> None:
    """thread_wake between thread_prepare_wait and thread_wait: the wait ends at once."""
    m = start(machine, "scheduler_steps", "wait")
    for rounds in range(3):
        m.run_to("image:thread_wait")
        check("waits that have ended", rounds, m.u64("image:steps_rounds"))
        ready = m.call("steps_ready")
        m.call("thread_wake", m.u64("image:steps_waiter"))
        check("ready threads, where the one that is woken has not left its CPU yet", ready,
              m.call("steps_ready"), hint="Another CPU could take it, and run it twice.")
    m.explain("The thread has not left its processor yet: it is the running one again.")
    m.run_to("image:thread_wait")
    check("waits that have ended", 3, m.u64("image:steps_rounds"))
    outcome = m.run(50_000_000)
    check_that("the fourth wait, which nobody ends", outcome.kind is Kind.TIMEOUT,
               "goes on for ever", outcome.text)


@exercise("3.6", weight=2, read="no wake-up is lost")
def test_two_wake_ups_at_once(machine: MachineFactory) -> None:
    """A second thread_wake, while the first one is about to queue the thread, does nothing."""
    m = start(machine, "scheduler_steps", "relay 40")
    m.run_to("image:main")
    for _ in range(8):
        m.run_to("image:thread_place")
        thread, ready = m.reg("rdi"), m.call("steps_ready")
        m.call("thread_wake", thread)
        check("ready threads after the second of two wake-ups at once", ready,
              m.call("steps_ready"))
    numbers(run(m), r"^(\d+) rounds in")


@exercise("3.6", weight=2, read="no wake-up is lost")
def test_a_wake_up_without_a_wait_is_nothing(machine: MachineFactory) -> None:
    """thread_wake of a thread that runs, or is ready, changes nothing."""
    m = start(machine, "scheduler_steps", "wait")
    m.run_to("image:main")
    ready = m.call("steps_ready")
    m.call("thread_wake", m.call("thread_self"))
    check("ready threads after thread_wake of the running one", ready, m.call("steps_ready"))
    m.run_to("image:thread_wait")
    outcome = m.run(50_000_000)
    check_that("a wait after a thread_wake that came too early to mean it",
               outcome.kind is Kind.TIMEOUT and m.u64("image:steps_rounds") == 0,
               "goes on for ever", f"{outcome.text}; waits that have ended: "
               f"{m.u64('image:steps_rounds')}")


@exercise("3.6", weight=3, read="no wake-up is lost")
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_threads_wake_each_other(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """Two threads wake each other in turn, thousands of times: none is lost, none takes long."""
    rounds = rng.randrange(2000, 3000)
    m = start(machine, "scheduler_steps", f"relay {rounds}", cpus)
    (_, time), = numbers(run(m), r"^(\d+) rounds in (\d+)")
    check_that("the time from a wake-up to the next, in ns", time / rounds < 20_000,
               "less than 20,000", time // rounds,
               hint="A CPU that halts is woken by an interrupt, not by its next timer.")


@exercise("3.6", weight=2, read="ready, where, and who is told")
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_a_new_thread_begins(machine: MachineFactory, cpus: int) -> None:
    """A new thread begins while its maker goes on computing: on another CPU at once, or soon here."""
    (latest,), = numbers(run(start(machine, "scheduler_steps", "begin 12", cpus)),
                         r"^at most (\d+) until the thread begins")
    limit = 3 * SLICE if cpus == 1 else 100_000
    check_that(f"the longest time until a new thread begins, in ns, on {cpus} CPUs",
               latest < limit, f"less than {limit}", latest)


# -- stealing ---------------------------------------------------------------------------------


@exercise("3.6", weight=3, read="take work from who has too much")
@pytest.mark.parametrize("cpus", [2, 4])
def test_idle_processors_steal(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """All threads wait at one CPU, which is busy: the others take them, and share the work."""
    jobs, rounds = rng.randrange(20, 40), rng.randrange(300, 600)
    m = start(machine, "scheduler_steps", f"steal {jobs} {rounds}", cpus)
    outcome = run(m)
    line = next((line for line in outcome.tap if "jobs in" in line), "")
    check_that("the last report", bool(line), "N jobs in T: …", outcome.tap)
    done = [int(number) for number in line.split(":")[1].split()]
    check("jobs that each CPU did, in all", jobs, sum(done))
    check("jobs that the busy CPU did itself", 0, done[0])
    fair = jobs / (cpus - 1)
    check_that(f"jobs that each of the {cpus - 1} other CPUs did", all(
        abs(number - fair) <= 2 for number in done[1:]), f"about {fair:.1f}", done[1:])
