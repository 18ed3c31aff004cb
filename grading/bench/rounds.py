"""Rounds of boots, the guests in turn, so that what the host does meanwhile meets all alike."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.errors import BenchError
from bench.guests import Guest
from bench.timing import Run

LEAST_ROUNDS = 11
_ROUND_SECONDS = 60.0  # on the average; an idle host needs 4


@dataclass
class Series:
    """All counted boots of one guest on one machine; medians in milliseconds."""

    machine: str
    guest: str
    runs: list[Run] = field(default_factory=list)
    repeated: int = 0  # boots that failed and were done again

    @property
    def spoke(self) -> float:
        return statistics.median(run.spoke for run in self.runs) * 1000

    @property
    def ended(self) -> float:
        return statistics.median(run.ended for run in self.runs) * 1000


def measure(guests: Sequence[Guest], machines: Sequence[str], rounds: int) -> list[Series]:
    """Boot every guest once uncounted, then `rounds` times in turn.

    What ran before decides what the host's caches hold; right after Linux, QEMU itself starts more
    slowly. So an uncounted boot of the first guest, the floor, precedes every boot.
    """
    deadline = time.monotonic() + rounds * _ROUND_SECONDS
    pairs = [(guest, Series(machine, guest.name)) for machine in machines for guest in guests]
    for number in range(rounds + 1):
        for turn in range(max(guest.boots for guest in guests) if number else 1):
            for guest, series in pairs:
                if time.monotonic() > deadline:
                    raise BenchError(f"out of time in round {number} of {rounds}")
                if turn >= guest.boots:
                    continue
                guests[0].time(series.machine)
                run, failed = boot(guest, series.machine, guest.spare_boots - series.repeated)
                series.repeated += failed
                if number:
                    series.runs.append(run)
    return [series for _, series in pairs]


def boot(guest: Guest, machine: str, spare: int, limit: float | None = None) -> tuple[Run, int]:
    """Boot it until it ends well, and how many boots did not: BenchError after more than `spare`."""
    failed = 0
    while True:
        try:
            return guest.time(machine, limit) if limit else guest.time(machine), failed
        except BenchError:
            if failed == spare:
                raise
            failed += 1
