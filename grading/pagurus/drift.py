"""`drift`: what stands at the same path in two stages is the same, or is declared to differ.

The later stage's stage.mk declares a seam, a file that it must change for its new subsystem, by a
line with the reason:

    SEAMS += kernel/main.c  # starts the frame allocator

README.md and stage.mk of a stage are always its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pagurus import arguments, trees
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stages

OWN_FILES = ("README.md", "stage.mk")

_SEAM = re.compile(r"SEAMS\s*\+=\s*(?P<file>[^\s#]+)\s*(?:#\s*(?P<reason>.*?)\s*)?")


@dataclass(frozen=True)
class Seam:
    """A file that a stage declares to differ from the stage before."""

    file: str
    reason: str
    line: int  # in stage.mk


def read_seams(stage: Stage) -> dict[str, Seam]:
    """The seams that a stage declares; a line that cannot be read is an error."""
    path = stage.path / "stage.mk"
    seams: dict[str, Seam] = {}
    if not path.is_file():
        return seams
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
        if not re.match(r"\s*SEAMS\b", line):
            continue
        where = f"{stage.place}/stage.mk:{number}"
        match = _SEAM.fullmatch(line)
        if not match:
            raise UsageError(f"{where}: a seam reads `SEAMS += FILE  # REASON`")
        if not match["reason"]:
            raise UsageError(f"{where}: the seam {match['file']} has no reason")
        if match["file"] in seams:
            raise UsageError(f"{where}: the seam {match['file']} is declared twice")
        seams[match["file"]] = Seam(match["file"], match["reason"], number)
    return seams


def stage_files(stage: Stage) -> set[str]:
    """The files of a stage, relative to it, new ones that git does not track yet included."""
    prefix = f"{stage.place}/"
    names = trees.tree_files(stage.root, untracked_too=True)
    return {name[len(prefix) :] for name in names if name.startswith(prefix)}


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def compare(earlier: Stage, later: Stage) -> list[str]:
    """Where two neighbouring stages break the rule, as `file: what` lines."""
    problems = []
    seams = read_seams(later)
    common = stage_files(earlier) & stage_files(later)
    for name in sorted(common - set(seams) - set(OWN_FILES)):
        if not _same(earlier.path / name, later.path / name):
            problems.append(
                f"{later.place}/{name}: differs from {earlier.name}, "
                f"and is no seam in {later.place}/stage.mk"
            )
    for seam in seams.values():
        where = f"{later.place}/stage.mk:{seam.line}: the seam {seam.file}"
        if seam.file in OWN_FILES:
            problems.append(f"{where} is each stage's own and needs no line")
        elif seam.file not in common:
            lacking = later if (earlier.path / seam.file).is_file() else earlier
            problems.append(f"{where} does not exist in {lacking.name}")
        elif _same(earlier.path / seam.file, later.path / seam.file):
            problems.append(f"{where} does not differ from {earlier.name}")
    return problems


def main(argv: Sequence[str]) -> int:
    arguments.parse("drift", argv)
    stages = find_stages(find_root())
    if len(stages) < 2:
        print(f"drift: {len(stages)} stage, nothing to compare")
        return 0
    problems = [
        problem
        for earlier, later in zip(stages, stages[1:])
        for problem in compare(earlier, later)
    ]
    for problem in problems:
        print(problem)
    if not problems:
        print(f"drift: {len(stages)} stages agree")
    return 1 if problems else 0
