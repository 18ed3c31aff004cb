"""How fast: hello to its first output, beside QEMU's floor, an earlier stage's hello and Linux."""

from collections.abc import Sequence
from typing import Any

from bench import guests, rounds
from bench.measure import Findings, Subject, Target
from bench.rounds import Series

MACHINES = ("microvm", "q35")
TIMED_MACHINE = "microvm"  # the machine that the targets of time are for
FLOOR_RATIO = 1.3
LINUX_RATIO = 30.0
STAGE_RATIO = 1.1


def speed(subject: Subject, before: str | None = None) -> Findings:
    """Boot all of them in turn; `before` is a stage whose speed this one has to keep."""
    contestants = [guests.floor_guest(subject.out), guests.hello_guest(subject.build)]
    if before:
        earlier = subject.root / "build" / before
        contestants.append(guests.hello_guest(earlier, f"hello-{before[:2]}"))
    if subject.linux:
        contestants.append(guests.linux_hello(subject.linux_folder))
    series = rounds.measure(contestants, MACHINES, subject.rounds)
    return Findings(time_table(series), targets(series, before),
                    {"times": [as_json(one) for one in series]})


def ratio(series: Sequence[Series], machine: str, over: str, under: str) -> float | None:
    """How many times as long `over` takes to its first output as `under`; None without one."""
    found = {one.guest: one.spoke for one in series if one.machine == machine}
    return found[over] / found[under] if over in found and under in found else None


def targets(series: Sequence[Series], before: str | None = None) -> list[Target]:
    """The targets of time."""
    machine = TIMED_MACHINE
    found = [
        Target(f"hello / floor to first output, {machine}",
               ratio(series, machine, "hello", "floor"), FLOOR_RATIO),
        Target(f"linux / hello to first output, {machine}",
               ratio(series, machine, "linux", "hello"), LINUX_RATIO, at_most=False),
    ]
    if before:
        lab = before[:2]
        found.append(Target(f"hello / hello of lab {lab}, {machine}",
                            ratio(series, machine, "hello", f"hello-{lab}"), STAGE_RATIO))
    return found


def time_table(series: Sequence[Series]) -> list[str]:
    """A line a guest and machine: medians, and ratios to the floor and to hello."""
    lines = [f"{'machine':<9}{'guest':<12}{'first output':>13}{'ended':>11}"
             f"{'/ floor':>10}{'/ hello':>10}"]
    for one in series:
        ratios = [ratio(series, one.machine, one.guest, other) for other in ("floor", "hello")]
        lines.append(f"{one.machine:<9}{one.guest:<12}{one.spoke:>10.1f} ms{one.ended:>8.1f} ms"
                     + "".join(f"{value:>10.2f}" if value else " " * 10 for value in ratios)
                     + (f"  ({one.repeated} failed boots repeated)" if one.repeated else ""))
    return lines


def as_json(one: Series) -> dict[str, Any]:
    """Every single boot; times in milliseconds."""
    return {
        "machine": one.machine, "guest": one.guest, "repeated": one.repeated,
        "spoke_ms": round(one.spoke, 3), "ended_ms": round(one.ended, 3),
        "runs_ms": [[round(run.spoke * 1000, 3), round(run.ended * 1000, 3)] for run in one.runs],
    }
