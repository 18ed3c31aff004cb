"""Exercise 3.6, with 3.5: threads that make, join and detach each other, one processor for all."""

import random

from pagurus.checks import check_that, exercise, fail
from pagurus.lab import MachineFactory


@exercise("3.6", weight=2)
def test_threads_make_threads(machine: MachineFactory, rng: random.Random) -> None:
    """Bushes of threads, all computing, preempted anywhere: results, data and memory are right."""
    total = rng.randrange(300, 500)
    m = machine("thread_storm", args=f"{rng.randrange(1, 1 << 32)} {total}", machine="microvm")
    outcome = m.run(600_000_000)
    for line in outcome.console.splitlines():
        if line.startswith("wrong: "):
            fail(line.removeprefix("wrong: "), "no difference", "a difference")
    m.run_expect_exit(0)
    check_that("the last line on the console", f"{total} threads have lived" in outcome.console,
               f"{total} threads have lived", outcome.console[-200:])
