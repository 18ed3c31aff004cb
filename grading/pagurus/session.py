"""What the processes of one run share through their environment: seed, choice of tests, results."""

import os
import random
import time

RESULTS = "PAGURUS_RESULTS"  # the file that the results go to
ONLY = "PAGURUS_ONLY"  # names of tests or exercises to run, one a line; empty: all
UNTIL = "PAGURUS_UNTIL"  # on time.monotonic()'s clock: when all tests must be over; empty: never
SEED = "SEED"
WORKERS = "PAGURUS_WORKERS"  # processes that run tests, 0: none but the first; empty: one a core

TEST_SECONDS = 120.0  # of one test, when there is an UNTIL


def run_seed() -> str:
    """The seed of this run, drawn anew unless the environment repeats one."""
    if not os.environ.get(SEED):
        os.environ[SEED] = f"{random.SystemRandom().randrange(10**6):06d}"
    return os.environ[SEED]


def is_wanted(name: str, wanted: str) -> bool:
    """Whether T names this test: `1.5`, `1.5/refuses`, or `1.5/refuses[truncated]`."""
    return name == wanted or name.startswith((f"{wanted}/", f"{wanted}["))


def seconds_left() -> float | None:
    """How long one test may take from now on; None: as long as it likes."""
    until = os.environ.get(UNTIL)
    return min(TEST_SECONDS, float(until) - time.monotonic()) if until else None
