"""What the bench found: the targets, the table, and the file for machines to read."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.rounds import Series

FLOOR_RATIO = 1.3
LINUX_RATIO = 30.0
IMAGE_BYTES = 32 * 1024
LOADER_BYTES = 24 * 1024
MEMORY_KIB = 4 * 1024
TIMED_MACHINE = "microvm"  # the machine that the targets of time are for


@dataclass(frozen=True)
class Target:
    """A number that has to be at most, or at least, another one; None was not measured."""

    what: str
    found: float | None
    limit: float
    at_most: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        if self.found is None:
            return False
        return self.found <= self.limit if self.at_most else self.found >= self.limit

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "not measured"
        return "ok" if self.met else "falls short"


def ratio(series: Sequence[Series], machine: str, over: str, under: str) -> float | None:
    """How many times as long `over` takes to its first output as `under`; None without one."""
    found = {one.guest: one.spoke for one in series if one.machine == machine}
    return found[over] / found[under] if over in found and under in found else None


def targets(series: Sequence[Series], sizes: dict[str, int],
            memory: dict[str, int]) -> list[Target]:
    """All numbers that the machine has to reach."""
    machine = TIMED_MACHINE
    return [
        Target(f"hello / floor to first output, {machine}",
               ratio(series, machine, "hello", "floor"), FLOOR_RATIO),
        Target(f"linux / hello to first output, {machine}",
               ratio(series, machine, "linux", "hello"), LINUX_RATIO, at_most=False),
        Target("hello.elf, stripped", sizes["hello.elf"], IMAGE_BYTES, unit="bytes"),
        Target("loader.elf, stripped", sizes["loader.elf"], LOADER_BYTES, unit="bytes"),
        *(Target(f"least memory, {name}", kib, MEMORY_KIB, unit="KiB")
          for name, kib in memory.items()),
    ]


def time_table(series: Sequence[Series]) -> list[str]:
    """A line a guest and machine: medians, and ratios to the floor and to hello."""
    lines = [f"{'machine':<9}{'guest':<7}{'first output':>13}{'ended':>11}"
             f"{'/ floor':>10}{'/ hello':>10}"]
    for one in series:
        ratios = [ratio(series, one.machine, one.guest, other) for other in ("floor", "hello")]
        lines.append(f"{one.machine:<9}{one.guest:<7}{one.spoke:>10.1f} ms{one.ended:>8.1f} ms"
                     + "".join(f"{value:>10.2f}" if value else " " * 10 for value in ratios)
                     + (f"  ({one.repeated} failed boots repeated)" if one.repeated else ""))
    return lines


def target_table(found: Sequence[Target]) -> list[str]:
    """A line a target: the number, its limit, and whether it is met."""
    lines = [f"{'':<38}{'measured':>10}{'target':>13}"]
    for one in found:
        sign = "<=" if one.at_most else ">="
        lines.append(f"{one.what:<38}{_number(one.found):>10}{sign:>5}{_number(one.limit):>8} "
                     f"{one.unit:<6} {one.verdict}")
    return lines


def as_json(series: Sequence[Series], found: Sequence[Target],
            about: dict[str, Any]) -> dict[str, Any]:
    """Everything, every single boot included; times in milliseconds."""
    return {
        **about,
        "times": [
            {"machine": one.machine, "guest": one.guest, "repeated": one.repeated,
             "spoke_ms": round(one.spoke, 3), "ended_ms": round(one.ended, 3),
             "runs_ms": [[round(run.spoke * 1000, 3), round(run.ended * 1000, 3)]
                         for run in one.runs]}
            for one in series],
        "targets": [{**asdict(one), "verdict": one.verdict} for one in found],
    }


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else f"{value}"
