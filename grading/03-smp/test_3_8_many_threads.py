"""Exercise 3.8, with 3.5 and 3.6: threads come and go on many processors; memory follows them."""

import random

import pytest

from pagurus.checks import check_that, exercise, fail
from pagurus.lab import MachineFactory


@exercise("3.8")
@pytest.mark.parametrize("cpus", [2, 4, 16])
def test_threads_make_threads_everywhere(machine: MachineFactory, rng: random.Random,
                                         cpus: int) -> None:
    """Bushes of threads on all processors: results, data, and not a page too little afterwards."""
    total = rng.randrange(300, 500)
    m = machine("thread_storm", args=f"{rng.randrange(1, 1 << 32)} {total}", smp=cpus)
    outcome = m.run(2_000_000_000)
    for line in outcome.console.splitlines():
        if line.startswith("wrong: "):
            fail(line.removeprefix("wrong: "), "no difference", "a difference")
    m.run_expect_exit(0)
    check_that("the last line on the console", f"{total} threads have lived" in outcome.console,
               f"{total} threads have lived", outcome.console[-200:])
