"""What every measure of the bench gets to know, and what it brings back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.linux_guest import Kernel


@dataclass(frozen=True)
class Subject:
    """What is measured, and how."""

    root: Path  # of the tree
    stage: str  # "01-boot"; it is built
    out: Path  # where the bench keeps its files
    rounds: int
    linux: Kernel | None  # in out/linux; None: without Linux

    @property
    def build(self) -> Path:
        return self.root / "build" / self.stage

    @property
    def linux_folder(self) -> Path:
        return self.out / "linux"


@dataclass(frozen=True)
class Target:
    """A number that has to be at most, or at least, another one; None was not measured."""

    what: str
    found: float | None
    limit: float | None
    at_most: bool = True
    unit: str = ""

    @property
    def met(self) -> bool:
        if self.found is None or self.limit is None:
            return False
        return self.found <= self.limit if self.at_most else self.found >= self.limit

    @property
    def verdict(self) -> str:
        if self.found is None or self.limit is None:
            return "not measured"
        return "ok" if self.met else "falls short"


@dataclass
class Findings:
    """Of one measure: lines for a reader, targets, and all numbers for machines to read."""

    lines: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


Measure = Callable[[Subject], Findings]
