"""Exercise markers: read the regions of a stage, and write other bodies into them.

    /* EXERCISE 2.3a (10 points): map one page at any level. */
    /* HANDOUT: return NULL; */     any number of these lines: the placeholder, if TODO cannot stand
    ...the body...
    /* END EXERCISE 2.3a */

In NASM files each of these lines starts with `; ` instead. A marker stands alone on its line.
Files are read and written as they are: other encodings and line ends survive.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pagurus.errors import UsageError
from pagurus.stages import Stage

C_SUFFIXES = (".c", ".h", ".S", ".ld")
NASM_SUFFIXES = (".asm", ".inc")
SUFFIXES = C_SUFFIXES + NASM_SUFFIXES

_ID = r"(?P<lab>[1-9]\d?)\.(?P<number>[1-9]\d?)(?P<letter>[a-z]?)"
_OPEN = rf"EXERCISE {_ID} \((?P<points>\d+) points?\): (?P<text>\S.*?)"
_CLOSE = rf"END EXERCISE {_ID}"
_HANDOUT = r"HANDOUT:(?: (?P<line>.*?))?"


@dataclass(frozen=True)
class _Language:
    """How one language writes markers, comments and the default placeholder."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    handout: re.Pattern[str]
    suspect: re.Pattern[str]  # means to be a marker, well written or not
    comment: re.Pattern[str]
    todo: str


def _language(start: str, end: str, comment: str, todo: str) -> _Language:
    def line(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?P<indent>[ \t]*){start} {pattern}{end}[ \t\r]*")

    return _Language(
        opening=line(_OPEN),
        closing=line(_CLOSE),
        handout=line(_HANDOUT),
        suspect=re.compile(rf"(?:{start}|//)[ \t]*(?:(?:END[ \t]+)?EXERCISE[ \t]*\d|HANDOUT:)"),
        comment=re.compile(comment, re.DOTALL),
        todo=todo,
    )


_C = _language(r"/\*", r" ?\*/", r"/\*.*?(?:\*/|\Z)|//[^\n]*", 'TODO("{}");')
_NASM = _language(r";", r"", r";[^\n]*", 'TODO "{}"')
_TODO_CALL = re.compile(r'\bTODO(_DATA)?\s*\(?\s*"')


def _language_of(name: str) -> _Language:
    return _NASM if name.endswith(NASM_SUFFIXES) else _C


@dataclass(frozen=True)
class Region:
    """The lines between one pair of markers."""

    id: str  # "1.5b"
    exercise: str  # "1.5"
    letter: str  # "b", or "" when the exercise has this one region
    points: int  # of the whole exercise
    text: str  # what the opening marker says
    file: str  # relative to the stage, "kernel/uart.c"
    first: int  # line of the opening marker, from 1
    last: int  # line of the closing marker
    indent: str  # of the opening marker
    placeholder: str  # what stands in a handout instead of the body, whole lines
    body: str  # whole lines, without the HANDOUT lines
    handout_lines: int  # how many HANDOUT lines follow the opening marker

    @property
    def lab(self) -> int:
        return int(self.exercise.split(".")[0])


@dataclass(frozen=True)
class Mistake:
    """A marker that breaks the grammar."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Exercise:
    """All regions of one number."""

    id: str
    points: int
    regions: tuple[Region, ...]
    title: str = ""  # in the lab text

    @property
    def files(self) -> list[str]:
        return sorted({region.file for region in self.regions})

    @property
    def text(self) -> str:
        return self.title or self.regions[0].text


def read_source(path: Path) -> str:
    """A file's text such that `write_source` gives back the same bytes."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def write_source(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def split_lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends a line, as compilers count."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


class _Scanner:
    """Walks over one file's lines, and remembers the marker that is open."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.language = _language_of(name)
        self.regions: list[Region] = []
        self.mistakes: list[Mistake] = []
        self._opening: re.Match[str] | None = None
        self._first = 0
        self._handout: list[str] = []
        self._body: list[str] = []

    def scan(self, text: str) -> None:
        for number, line in enumerate(split_lines(text), start=1):
            content = line.rstrip("\n")
            if match := self.language.closing.fullmatch(content):
                self._close(number, match)
            elif match := self.language.opening.fullmatch(content):
                self._open(number, match)
            elif match := self.language.handout.fullmatch(content):
                self._handout_line(number, match)
            elif self.language.suspect.search(content):
                self._mistake(number, f"a marker that cannot be read: {content.strip()}")
            elif self._opening:
                self._body.append(line)
        if self._opening:
            self._mistake(self._first, f"EXERCISE {_id(self._opening)} is never ended")

    def _mistake(self, number: int, what: str) -> None:
        self.mistakes.append(Mistake(self.name, number, what))

    def _open(self, number: int, match: re.Match[str]) -> None:
        if self._opening:
            outer = f"EXERCISE {_id(self._opening)} (line {self._first})"
            self._mistake(number, f"EXERCISE {_id(match)} inside {outer}, which is not ended")
        self._opening, self._first = match, number
        self._handout, self._body = [], []

    def _handout_line(self, number: int, match: re.Match[str]) -> None:
        if not self._opening or self._body:
            self._mistake(number, "HANDOUT stands only directly after an EXERCISE marker")
            return
        content = match["line"] or ""
        self._handout.append(f"{self._opening['indent']}{content}".rstrip() + "\n")

    def _close(self, number: int, match: re.Match[str]) -> None:
        opening, self._opening = self._opening, None
        if not opening:
            self._mistake(number, f"END EXERCISE {_id(match)} without its EXERCISE")
        elif _id(opening) != _id(match):
            meant = f"EXERCISE {_id(opening)} (line {self._first})"
            self._mistake(number, f"END EXERCISE {_id(match)} ends {meant}")
        else:
            self.regions.append(self._region(opening, number))

    def _region(self, opening: re.Match[str], last: int) -> Region:
        exercise = f"{opening['lab']}.{opening['number']}"
        default = f"{opening['indent']}{self.language.todo.format(exercise)}\n"
        return Region(
            id=_id(opening),
            exercise=exercise,
            letter=opening["letter"],
            points=int(opening["points"]),
            text=opening["text"],
            file=self.name,
            first=self._first,
            last=last,
            indent=opening["indent"],
            placeholder="".join(self._handout) or default,
            body="".join(self._body),
            handout_lines=len(self._handout),
        )


def _id(match: re.Match[str]) -> str:
    return f"{match['lab']}.{match['number']}{match['letter']}"


def scan_text(text: str, name: str) -> tuple[list[Region], list[Mistake]]:
    """The well-formed regions of a text, and the mistakes; `name` decides the language."""
    scanner = _Scanner(name)
    scanner.scan(text)
    return scanner.regions, scanner.mistakes


def source_files(folder: Path) -> list[str]:
    """The files below `folder` that may hold markers, as relative names in order."""
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.suffix in SUFFIXES and path.is_file() and not path.is_symlink():
            if not any(part.startswith(".") or part == "build" for part in name.split("/")):
                found.append(name)
    return sorted(found)


def scan_folder(folder: Path) -> tuple[dict[str, Region], list[Mistake]]:
    """The regions of all files below `folder` by their ids, and the mistakes."""
    regions: dict[str, Region] = {}
    mistakes: list[Mistake] = []
    points: dict[str, Region] = {}
    for name in source_files(folder):
        found, wrong = scan_text(read_source(folder / name), name)
        mistakes += wrong
        for region in found:
            if region.id in regions:
                other = regions[region.id]
                what = f"EXERCISE {region.id} stands also at {other.file}:{other.first}"
                mistakes.append(Mistake(name, region.first, what))
                continue
            first = points.setdefault(region.exercise, region)
            if first.points != region.points:
                what = (
                    f"EXERCISE {region.id} has {region.points} points, but {first.id} at "
                    f"{first.file}:{first.first} has {first.points}"
                )
                mistakes.append(Mistake(name, region.first, what))
            regions[region.id] = region
    ordered = sorted(regions, key=sort_key)
    return {id_: regions[id_] for id_ in ordered}, mistakes


def sort_key(id_: str) -> tuple[int, int, str]:
    """The order of regions and exercises: 1.2 before 1.10, 1.5a before 1.5b."""
    match = re.fullmatch(_ID, id_)
    assert match, id_
    return int(match["lab"]), int(match["number"]), match["letter"]


def is_id(text: str) -> bool:
    """Whether a text is written like the id of a region or an exercise."""
    return re.fullmatch(_ID, text) is not None


def read_regions(folder: Path, place: str) -> dict[str, Region]:
    """The regions below a folder that messages call `place`; the first mistake is an error."""
    regions, mistakes = scan_folder(folder)
    if mistakes:
        raise UsageError(f"{place}/{mistakes[0]}")
    return regions


def stage_regions(stage: Stage) -> dict[str, Region]:
    """The regions of a stage, checked: none belongs to a later lab."""
    regions = read_regions(stage.path, stage.place)
    for region in regions.values():
        if region.lab > stage.number:
            where = f"{stage.place}/{region.file}:{region.first}"
            raise UsageError(f"{where}: EXERCISE {region.id} in the stage of lab {stage.number}")
    return regions


def own_regions(stage: Stage) -> dict[str, Region]:
    """The regions that this lab asks its students to write, without those of earlier labs."""
    return {id_: r for id_, r in stage_regions(stage).items() if r.lab == stage.number}


def exercises(regions: Mapping[str, Region]) -> list[Exercise]:
    """The exercises that own the regions, in order."""
    grouped: dict[str, list[Region]] = {}
    for id_ in sorted(regions, key=sort_key):
        grouped.setdefault(regions[id_].exercise, []).append(regions[id_])
    return [Exercise(id_, group[0].points, tuple(group)) for id_, group in grouped.items()]


def replace_bodies(
    text: str, regions: Iterable[Region], bodies: Mapping[str, str], dropping: Container[str] = ()
) -> str:
    """The text with other bodies in the regions (of this very text) that `bodies` names.

    Of those in `dropping` the HANDOUT lines go.
    """
    lines = split_lines(text)
    for region in sorted(regions, key=lambda r: r.first, reverse=True):
        if region.id in bodies:
            body = bodies[region.id].replace("\r\n", "\n")
            if body and not body.endswith("\n"):
                body += "\n"
            start = region.first + (0 if region.id in dropping else region.handout_lines)
            lines[start : region.last - 1] = [body]
    return "".join(lines)


def _says_todo(region: Region) -> bool:
    """Whether it can be seen of the placeholder alone that nothing is written yet."""
    return is_unsolved(region.placeholder, region.file)


def empty_bodies(text: str, regions: Iterable[Region]) -> str:
    """The text as a student gets it: placeholders for the bodies.

    HANDOUT lines stay where nothing else tells a placeholder from what a student wrote.
    """
    regions = list(regions)
    bodies = {region.id: region.placeholder for region in regions}
    dropping = {region.id for region in regions if _says_todo(region)}
    return replace_bodies(text, regions, bodies, dropping)


def empty_stage(stage: Stage, emptied: Mapping[str, Region]) -> None:
    """Empty these regions of a stage in place; they must be read from files just like its own."""
    for name in {region.file for region in emptied.values()}:
        path = stage.path / name
        of_file = [region for region in emptied.values() if region.file == name]
        write_source(path, empty_bodies(read_source(path), of_file))


def drop_handout_lines(stage: Stage) -> None:
    """Take HANDOUT lines out of a stage, in place, the bodies stay; but not such as have no TODO.

    Those tell `carry` which body was never written.
    """
    kept = [region for region in stage_regions(stage).values()
            if region.handout_lines and _says_todo(region)]
    for name in {region.file for region in kept}:
        of_file = [region for region in kept if region.file == name]
        bodies = {region.id: region.body for region in of_file}
        path = stage.path / name
        write_source(path, replace_bodies(read_source(path), of_file, bodies, set(bodies)))


def is_unsolved(body: str, name: str, placeholder: str = "") -> bool:
    """Whether a body is still what the handout had: a TODO, the placeholder, or nothing at all."""
    def code(text: str) -> str:
        return "".join(_language_of(name).comment.sub(" ", text).split())

    without_comments = _language_of(name).comment.sub(" ", body)
    return code(body) in ("", code(placeholder)) or bool(_TODO_CALL.search(without_comments))
