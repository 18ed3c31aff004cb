"""A tree of labs: where its root is, which stages it holds, and which one a user means."""

import re
from dataclasses import dataclass
from pathlib import Path

from pagurus.errors import UsageError

_STAGE_NAME = re.compile(r"(\d\d)-[a-z0-9-]+")


@dataclass(frozen=True)
class Stage:
    """One complete snapshot of the system, `labs/NN-name/`."""

    root: Path  # of the tree that holds the stage
    name: str  # "01-boot"

    @property
    def lab(self) -> str:
        """The number as a user writes it: "01"."""
        return self.name[:2]

    @property
    def number(self) -> int:
        return int(self.lab)

    @property
    def path(self) -> Path:
        return self.root / "labs" / self.name

    @property
    def place(self) -> str:
        """The folder as messages name it, relative to the root."""
        return f"labs/{self.name}"


def find_root(start: Path | None = None) -> Path:
    """The nearest tree at or above `start` (default: the working directory), else this file's."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / "labs").is_dir() and (folder / "grading").is_dir():
            return folder
    return Path(__file__).resolve().parents[2]


def find_stages(root: Path) -> list[Stage]:
    """All stages of a tree in their order; two stages of one number are an error."""
    labs = root / "labs"
    names = sorted(
        entry.name
        for entry in (labs.iterdir() if labs.is_dir() else ())
        if _STAGE_NAME.fullmatch(entry.name) and entry.is_dir()
    )
    for one, next_one in zip(names, names[1:]):
        if one[:2] == next_one[:2]:
            raise UsageError(f"labs/{one} and labs/{next_one} have the same number")
    return [Stage(root, name) for name in names]


def find_stage(root: Path, lab: str = "") -> Stage:
    """The stage that LAB means: `1`, `01` or `01-boot`; the last one when it is empty."""
    stages = find_stages(root)
    if not stages:
        raise UsageError(f"no labs/NN-name in {root}")
    if not lab:
        return stages[-1]
    for stage in stages:
        if lab == stage.name or (re.fullmatch(r"[0-9]{1,2}", lab) and int(lab) == stage.number):
            return stage
    raise UsageError(f"no lab '{lab}'; there are: {', '.join(s.name for s in stages)}")
