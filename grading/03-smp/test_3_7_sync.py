"""Exercise 3.7: threads that wait for each other."""

import random

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.interrupted import Rounds
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import CheckFailed

CPUS = 4
MASK = (1 << 64) - 1
EAGAIN, ETIMEDOUT = 11, 110
LONG = 400_000_000  # instructions: many times what any of these programs needs


def run(m: Machine, budget: int = LONG) -> Outcome:
    """To the program's end, which is 0; else the sentence that it says."""
    outcome = m.run(budget)
    if outcome.kind is Kind.EXIT and outcome.status:
        line = outcome.console.strip().rpartition("\n")[2]
        raise CheckFailed("the program finds everything as it should be", "no complaint", line)
    if outcome.kind is Kind.TIMEOUT:
        fail("all threads go on", "an end of the program",
             f"{outcome.text}: somebody sleeps who was woken, or was not woken",
             f"See it: make gdb APP={m.spec.modules[0].split('.')[0]} ARGS='{m.spec.args}' "
             f"CPUS={m.spec.smp}")
    m.run_expect_exit(0)
    return outcome


# -- one instruction after the other ------------------------------------------------------------

HELD = {  # a game of sync_sweep: the functions of its first and of its second thread
    "futex": (["futex_wait"], ["futex_wake"]),
    "futex-time": (["futex_wait"],),
    "mutex-held": (["pthread_mutex_lock", "lock_slowly", "mutex_wait"], ["pthread_mutex_unlock"]),
    "cond": (["pthread_cond_wait", "cond_wait_until"], ["pthread_cond_signal", "cond_wake"]),
    "sem": (["sem_wait", "sem_wait_until"], ["sem_post"]),
    "sem-time": (["sem_clockwait", "sem_wait_until"],),
    "barrier": (["pthread_barrier_wait", "barrier_come"],),
}


@exercise("3.7", weight=3, read="a lost wake-up")
@pytest.mark.parametrize("game", HELD)
def test_interrupted_anywhere(machine: MachineFactory, game: str) -> None:
    """A thread is held at each instruction of a function; meanwhile another does its part."""
    m = machine("sync_sweep", f"held {game}", smp=CPUS)
    m.explain(f"Hold it there yourself: make gdb APP=sync_sweep ARGS='held {game}' CPUS={CPUS}.")
    rounds = Rounds(m)
    for swap, functions in enumerate(HELD[game]):
        rounds.swap(bool(swap))
        path = rounds.path(functions)
        for address in path:
            rounds.interrupt(address)
        if not swap:
            rounds.interrupt_both(path[-1])  # on its way to sleep


# -- one nanosecond after the other -------------------------------------------------------------

SWEPT = {  # where the second thread comes in, in ns after the first one begins
    "time-outs": "0 6000 24 futex-time mutex-time mutex-gives-up cond-time sem-time",
    "three": "-1000 3000 16 mutex mutex-three cond-destroy cond-destroy-held sem-two barrier once",
}


@exercise("3.7", weight=2, read="a lost wake-up")
@pytest.mark.parametrize("games", SWEPT)
def test_at_the_same_time(machine: MachineFactory, games: str) -> None:
    """Two threads meet, one of them a little later each time: waiting, waking and time-outs."""
    run(machine("sync_sweep", SWEPT[games], smp=CPUS))


# -- everything at once -------------------------------------------------------------------------


@exercise("3.7", weight=4, read="storms")
@pytest.mark.parametrize("cpus", [1, CPUS])
def test_storm(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """Many threads, random ways in and out, tiny time-outs, vain wake-ups; nobody is left."""
    kinds = ["mutex", "recursive", "cond", "broadcast", "sem", "barrier", "rwlock", "once", "spin"]
    rng.shuffle(kinds)
    kinds += ["vain", "mutex", "cond", "sem", "barrier"]
    run(machine("sync_storm", f"{rng.randrange(1 << 32)} 12 100 {' '.join(kinds)}", smp=cpus))


# -- futexes ------------------------------------------------------------------------------------


def bucket(address: int) -> int:
    """bucket_of in sync/futex.c."""
    return ((address >> 2) * 0x9E3779B97F4A7C15 & MASK) >> 56


def colliding_words(m: Machine, rng: random.Random, count: int) -> list[int]:
    """Words of sync_futex that fall into one bucket."""
    base = m.address("image:futex_words")
    wanted = bucket(base + 4 * rng.randrange(8192))
    return rng.sample([i for i in range(8192) if bucket(base + 4 * i) == wanted], count)


@exercise("3.7", weight=3, read="3.7b: wake")
def test_futex_wakes_in_order(machine: MachineFactory, rng: random.Random) -> None:
    """futex_wake wakes so many that wait on that word, first come first served, and nobody else."""
    words = colliding_words(machine("sync_futex", ""), rng, 3)
    line = [rng.choice(words) for _ in range(14)] + words
    commands = [f"+{word}" for word in line]
    waiting = list(enumerate(line))
    expected: list[str] = []
    calls = [(rng.choice(words), rng.randrange(1, 4)) for _ in range(4)]
    for word, count in [(words[0], 0), *calls, *((word, 2**32 - 1) for word in words),
                        (words[1], 5)]:
        woken = [i for i, on in waiting if on == word][:count]
        waiting = [(i, on) for i, on in waiting if i not in woken]
        commands.append(f"-{word}:{count}")
        expected.append(" ".join([f"woken {len(woken)} back", *(f"{i}:0" for i in woken)]))
    m = machine("sync_futex", " ".join(commands))
    outcome = run(m)
    for command, right, found in zip(commands[len(line):], expected, outcome.tap):
        check(f"after {command} (WORD:COUNT), where threads wait on the words {line}: how many "
              "futex_wake says it woke, and which threads came back, with what", right, found)
    check("reports", len(expected), len(outcome.tap))


@exercise("3.7", weight=2, read="3.7a: look and wait")
def test_futex_gives_up(machine: MachineFactory, rng: random.Random) -> None:
    """futex_wait returns at its deadline, and at once where the word has changed."""
    words = colliding_words(machine("sync_futex", ""), rng, 2)
    one, other = words
    commands = [f"+{one}", f"t{one}", f"t{other}", f"+{one}", "x", f"-{other}:0", "w30",
                f"-{other}:7", f"-{one}:1", f"t{one}", f"-{one}:7", "w30", f"-{one}:7"]
    outcome = run(machine("sync_futex", " ".join(commands)))
    expected = [
        f"woken 0 back 4:-{EAGAIN}", f"woken 0 back 1:-{ETIMEDOUT} 2:-{ETIMEDOUT}",
        "woken 1 back 0:0", "woken 2 back 3:0 5:0", "woken 0 back"]
    reports = [at for at, command in enumerate(commands) if command.startswith("-")]
    for at, right, found in zip(reports, expected, outcome.tap):
        check(f"after {' '.join(commands[:at + 1])} (+W: a thread waits on the word W; tW: one with "
              "a deadline; x: one, when the word has changed; -W:N: N are woken; w30: 30 ms go by): "
              "how many futex_wake woke, and which threads came back since, with what", right, found)
    check("reports", len(expected), len(outcome.tap))


@exercise("3.7", weight=2, read="3.7a: look and wait")
def test_interrupts_stay_off(machine: MachineFactory, rng: random.Random) -> None:
    """From the look at the word until thread_wait: a thread that is preempted there looks asleep."""
    m = machine("sync_steps", f"{rng.randrange(1000, 3000)} asleep", smp=2)
    m.explain("spin_release leaves interrupts off (sync/spinlock.h); scheduler.h says why.")
    calls = 0
    m.run_to("image:measure_begin")
    while calls < 3:
        m.run_to("image:thread_wait")
        if m.place(m.u64(m.reg("rsp"))).symbol == "futex_wait":
            calls += 1
            check("whether interrupts are on when futex_wait calls thread_wait", 0,
                  m.reg("rflags") & 0x200)


# -- what POSIX says ------------------------------------------------------------------------------


@exercise("3.7", weight=3, read="exercise 3.7")
@pytest.mark.parametrize("cpus", [1, CPUS])
def test_posix(machine: MachineFactory, rng: random.Random, cpus: int) -> None:
    """Types, errors, order and time-outs within 1 %: as POSIX has it."""
    run(machine("sync_steps", f"types errors order {rng.randrange(20, 50)} times", smp=cpus))


# -- the price ------------------------------------------------------------------------------------

LIMITS = {  # instructions each time; glibc's take about as many
    "pthread_mutex_lock and pthread_mutex_unlock": 60,
    "sem_wait and sem_post": 80,
    "pthread_cond_signal": 30,
}


@exercise("3.7", weight=2, read="nobody waits")
def test_uncontended_is_cheap(machine: MachineFactory) -> None:
    """Where nobody has to wait, neither futexes nor the scheduler are asked."""
    m = machine("sync_steps", "cheap")
    m.run_to("image:measure_begin")
    for function in ("futex_wait", "futex_wake", "schedule"):
        m.set_breakpoint(f"image:{function}")
    for what, limit in LIMITS.items():
        before = m.icount()
        m.set_breakpoint("image:measure_end")
        outcome = m.run(2_000_000)
        check_that(f"functions that {what} call a thousand times without reason to wait",
                   outcome.kind is Kind.BREAKPOINT and m.here().symbol == "measure_end",
                   "neither futex_wait nor futex_wake, nor schedule", outcome.text)
        taken = (m.icount() - before) / 1000
        check_that(f"instructions of {what}", taken <= limit, f"at most {limit}", f"{taken:.0f}")


AT_REST = 50_000  # instructions while threads wait for seconds: main's own, and some to spare


@exercise("3.7", weight=3, read="exercise 3.7")
def test_who_waits_sleeps(machine: MachineFactory, rng: random.Random) -> None:
    """Threads that wait for seconds take no time of a processor: nobody looks again and again."""
    length = rng.randrange(1000, 3000)
    m = machine("sync_steps", f"{length} asleep", smp=2, machine="microvm")
    for what in ("pthread_mutex_lock", "pthread_cond_wait", "sem_wait", "pthread_barrier_wait"):
        m.explain("Who has to wait gives its processor away until it is woken (futex_wait).")
        m.run_to("image:measure_begin")
        before = m.icount()
        m.set_breakpoint("image:measure_end")
        outcome = m.run(10 * AT_REST)
        taken = m.icount() - before
        m.clear_breakpoint("image:measure_end")
        check_that(f"instructions while two threads are in {what} for {length} ms",
                   outcome.kind is Kind.BREAKPOINT and taken < AT_REST, f"less than {AT_REST:,}",
                   f"{taken:,}, {outcome.text}")
    m.explain("When what they wait for has come, all go on.")
    m.run_expect_exit(0)
