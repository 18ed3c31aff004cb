"""`check-text LAB`: the lab text and the exercise markers say the same.

The lab text, labs/NN-name/README.md, has for each exercise a heading

    ## Exercise 1.3 (10 points): the UART

(of level 2, 3 or 4), and in that exercise's section one line that begins with `Files:` and names
each file that holds a region of it in backticks, relative to the stage: Files: `kernel/uart.c`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pagurus import arguments, exercises, regions
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stage

FULL_MARKS = 100

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_EXERCISE = re.compile(r"Exercise\s+(\S+?):?(?:\s.*)?")
_EXACT = re.compile(r"Exercise (\d+\.\d+) \((\d+) points?\): \S.*")
_FILES = re.compile(r"[\s*_>-]*Files?\b[*_]*:")
_NAME = re.compile(r"`([^`]+)`")


@dataclass
class _Section:
    """What the text says of one exercise."""

    id: str
    points: int
    line: int
    files: list[str] = field(default_factory=list)
    files_line: int = 0


def _sections(text: str, readme: str) -> tuple[list[_Section], list[str]]:
    found: list[_Section] = []
    problems: list[str] = []
    current: _Section | None = None
    level = 0
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1][:3]
        elif fence:
            continue
        elif heading := _HEADING.fullmatch(line):
            if current and len(heading[1]) <= level:
                current = None
            if not _EXERCISE.fullmatch(heading[2]):
                continue
            exact = _EXACT.fullmatch(heading[2])
            if not exact or not 2 <= len(heading[1]) <= 4:
                form = "## Exercise N.N (P points): title"
                problems.append(f"{readme}:{number}: the heading of an exercise reads `{form}`")
                continue
            current, level = _Section(exact[1], int(exact[2]), number), len(heading[1])
            found.append(current)
        elif current and _FILES.match(line):
            if current.files_line:
                problems.append(f"{readme}:{number}: a second Files: line of {current.id}")
            current.files, current.files_line = _NAME.findall(line), number
    return found, problems


def check(stage: Stage) -> list[str]:
    """Every disagreement between the lab text and the markers, as `file:line: what` lines."""
    readme = f"{stage.place}/README.md"
    path = stage.path / "README.md"
    if not path.is_file():
        raise UsageError(f"{readme} does not exist")
    sections, problems = _sections(path.read_text("utf-8", "replace"), readme)
    marked = {e.id: e for e in regions.exercises(regions.own_regions(stage))}
    told: dict[str, _Section] = {}
    for section in sections:
        where = f"{readme}:{section.line}: exercise {section.id}"
        if section.id in told:
            problems.append(f"{where} has a heading already at line {told[section.id].line}")
            continue
        told[section.id] = section
        if section.id not in marked:
            problems.append(f"{where} has no marker in {stage.place}")
            continue
        exercise = marked[section.id]
        if section.points != exercise.points:
            problems.append(f"{where} says {section.points} points, its markers {exercise.points}")
        if set(section.files) != set(exercise.files):
            meant = " ".join(f"`{name}`" for name in exercise.files)
            place = f"{readme}:{section.files_line or section.line}: exercise {section.id}"
            problems.append(f"{place}: the line should be  Files: {meant}")
    for id_, exercise in marked.items():
        if id_ not in told:
            region = exercise.regions[0]
            place = f"{stage.place}/{region.file}:{region.first}"
            problems.append(f"{place}: exercise {id_} has no heading in {readme}")
    points = exercises.total(stage)
    if points != FULL_MARKS:
        problems.append(f"{stage.place}: the exercises are worth {points} points, not {FULL_MARKS}")
    return problems


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("check-text", argv, may=["LAB"])
    stage = find_stage(find_root(), call.plain[0])
    problems = check(stage)
    for problem in problems:
        print(problem)
    if not problems:
        print(f"check-text: {stage.place}/README.md agrees with the markers")
    return 1 if problems else 0
