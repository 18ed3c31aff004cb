"""A student's submission, made into a tree to grade; and reference trees with other bodies.

Nothing of a submission is trusted: of its stage only regular files with the names of sources and
of bounded size are read, no link is followed, and the build rules, common/ and the grader are
always this tree's own. What was changed outside of the exercises is listed in notes.
"""

import itertools
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pagurus import regions, trees
from pagurus.errors import UsageError
from pagurus.regions import Region
from pagurus.stages import Stage

SOURCE_SUFFIXES = (".c", ".h", ".asm", ".inc", ".ld")
MAX_BYTES = 1 << 20  # of one file
MAX_TOTAL = 8 << 20  # of all; the solution has 40 files with 100 KiB
MAX_FILES = 200
MAX_NOTES = 200
_MAX_ENTRIES = 5000  # of folders, of any kind
_MAX_DEPTH = 8
_DIFF_SECONDS = 20
_NM_SECONDS = 20

# Of the stage, these are never the student's; the trusted ones are used.
TRUSTED = ("Makefile", "stage.mk")

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
# A path that is absolute or climbs, behind a word that lets a tool read a file.
_OUTSIDE = re.compile(
    rb"\b(?:include|include_next|incbin|embed|depend|INPUT|GROUP|INCLUDE|SEARCH_DIR)"
    rb"[\"'`<(\\ \t]+(?:/[A-Za-z]|(?:[\w.+-]{1,99}/){0,20}\.\./)")
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Note:
    """Something that the instructor should know of one submitted file."""

    file: str  # relative to the stage
    what: str
    first: int = 0  # lines, 0 when it is about the whole file
    last: int = 0

    def __str__(self) -> str:
        lines = f":{self.first}" if self.first else ""
        lines += f"-{self.last}" if self.last > self.first else ""
        return f"{self.file}{lines}: {self.what}"


@dataclass
class Assembly:
    """A tree that is ready to be graded."""

    stage: Stage  # in the new tree
    notes: list[Note] = field(default_factory=list)


@dataclass
class _Files:
    """What was read of a submission: contents by names, and the notes on what was not."""

    contents: dict[str, bytes] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def refuse(self, name: str, why: str) -> None:
        self.notes.append(Note(_printable(name), f"refused: {why}"))


def _printable(name: str) -> str:
    """A name as it may be shown: nothing in it moves a terminal's cursor, and it is not endless."""
    escaped = name.encode("ascii", "backslashreplace").decode()
    plain = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in escaped)
    return plain if len(plain) <= 200 else f"{plain[:200]}…"


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def locate(submission: Path, stage: Stage) -> Path:
    """The folder of the stage in a submission: a whole tree, the bare stage, or one folder deeper.

    An archive's single outer folder is looked through.
    """
    if not submission.is_dir():
        raise UsageError(f"{submission} is not a folder")
    top = submission.resolve()
    for _ in range(3):
        if _is_folder(top / "labs") and _is_folder(top / "labs" / stage.name):
            return top / "labs" / stage.name
        if _is_folder(top / stage.name):
            return top / stage.name
        known = {region.file.split("/")[0] for region in regions.own_regions(stage).values()}
        if top.name == stage.name or any(os.path.lexists(top / name) for name in known):
            return top
        inside = [entry for entry in sorted(top.iterdir()) if not entry.name.startswith(".")]
        if len(inside) != 1 or not _is_folder(inside[0]):
            break
        top = inside[0]
    raise UsageError(f"no {stage.place} in {submission}")


def _read_regular(path: Path) -> bytes | str:
    """The bytes of a regular file of bounded size, else the reason why not."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return error.strerror or "cannot be read"
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return "not a regular file"
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    return data if len(data) <= MAX_BYTES else f"larger than {MAX_BYTES >> 10} KiB"


def _collect(folder: Path, handed_out: set[str]) -> _Files:
    """Read the sources below a submitted stage; everything else is refused by name."""
    files = _Files()
    surplus = seen = total = 0
    pending = [(folder, "")]
    while pending:
        here, prefix = pending.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(itertools.islice(found, _MAX_ENTRIES + 1 - seen),
                                 key=lambda entry: entry.name)
        except OSError as error:
            files.refuse(prefix, error.strerror or "cannot be read")
            continue
        seen += len(entries)
        if seen > _MAX_ENTRIES:
            files.refuse(prefix or "(all)", f"more than {_MAX_ENTRIES} files and folders")
            break
        for entry in entries:
            name = prefix + entry.name
            if entry.is_symlink():
                files.refuse(name, "a symbolic link")
            elif entry.name.startswith("."):
                continue
            elif entry.is_dir(follow_symlinks=False):
                # make takes whatever has a source's suffix for a source.
                if (not _NAME.fullmatch(entry.name) or name.count("/") >= _MAX_DEPTH
                        or name.endswith(SOURCE_SUFFIXES)):
                    files.refuse(name, "not a folder of sources")
                else:
                    pending.append((Path(entry.path), f"{name}/"))
            elif name in handed_out and not name.endswith(SOURCE_SUFFIXES):
                continue  # ours is used; whether it was changed is noted elsewhere
            elif not entry.is_file(follow_symlinks=False):
                files.refuse(name, "not a regular file")
            elif not _NAME.fullmatch(entry.name) or not name.endswith(SOURCE_SUFFIXES):
                files.refuse(name, f"not a source ({' '.join(SOURCE_SUFFIXES)})")
            elif len(files.contents) == MAX_FILES:
                surplus += 1
            else:
                data = _read_regular(Path(entry.path))
                if not isinstance(data, str) and total + len(data) > MAX_TOTAL:
                    data = f"with it, all files have more than {MAX_TOTAL >> 20} MiB"
                if isinstance(data, str):
                    files.refuse(name, data)
                else:
                    files.contents[name] = data
                    total += len(data)
    if surplus:
        files.refuse("(all)", f"{surplus} files beyond the first {MAX_FILES}")
    return files


def _masked(text: str, found: list[Region]) -> tuple[str, list[int]]:
    """The text without what stands between markers, and the original number of each line."""
    hidden = {n for region in found for n in range(region.first + 1, region.last)}
    kept = [
        (number, line)
        for number, line in enumerate(regions.split_lines(text), start=1)
        if number not in hidden
    ]
    return "".join(line for _, line in kept), [number for number, _ in kept]


def _outside_changes(name: str, ours: str, theirs: str) -> list[Note]:
    """The line ranges of `theirs` that differ from `ours` outside of the regions."""
    our_text, _ = _masked(ours, regions.scan_text(ours, name)[0])
    their_text, numbers = _masked(theirs, regions.scan_text(theirs, name)[0])
    if our_text == their_text:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        for side, text in (("ours", our_text), ("theirs", their_text)):
            regions.write_source(Path(scratch) / side, text)
        options = ["--no-index", "--text", "--unified=0", "--no-color", "--no-ext-diff"]
        try:
            done = subprocess.run(
                ["git", "diff", *options, "--ignore-space-at-eol", "--", "ours", "theirs"],
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_DIFF_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return [Note(name, "changed outside of the exercises, in too many places to list")]
    notes = []
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        if hunk := _HUNK.match(line):
            removed, start, count = int(hunk[2] or 1), int(hunk[3]), int(hunk[4] or 1)
            if count:
                first, last = numbers[start - 1], numbers[start + count - 2]
                notes.append(Note(name, "changed outside of the exercises", first, last))
            else:
                place = numbers[start - 1] if start else 1
                what = f"{removed} lines removed here, outside of the exercises"
                notes.append(Note(name, what, place))
    return notes


def _marker_notes(ours: Mapping[str, Region], files: Mapping[str, bytes]) -> list[Note]:
    """Markers that are damaged, missing, or stand where they do not belong."""
    notes: list[Note] = []
    theirs: dict[str, Region] = {}
    for name, data in sorted(files.items()):
        found, mistakes = regions.scan_text(data.decode("utf-8", "surrogateescape"), name)
        notes += [Note(name, f"damaged marker: {_printable(m.what)}", m.line, m.line)
                  for m in mistakes]
        for region in found:
            known = ours.get(region.id)
            if known is None:
                what = f"marker of an exercise {region.id} that the lab does not have"
                notes.append(Note(name, what, region.first))
            elif region.id in theirs:
                other = theirs[region.id]
                what = f"markers of {region.id} stand also at {other.file}:{other.first}"
                notes.append(Note(name, what, region.first))
            elif known.file != name:
                what = f"markers of {region.id} belong into {known.file}"
                notes.append(Note(name, what, region.first))
            theirs.setdefault(region.id, region)
    for id_, region in ours.items():
        if id_ not in theirs and region.file in files:
            notes.append(Note(region.file, f"markers of {id_} are missing or damaged"))
    return notes


def _emptied_reference(stage: Stage, out: Path) -> tuple[Stage, dict[str, Region]]:
    """A gradeable copy of this tree with the lab's regions emptied: what a student started from."""
    own = regions.own_regions(stage)
    copy = trees.copy_gradeable(stage, out)
    regions.empty_stage(copy, own)
    return copy, regions.stage_regions(copy)


def _stage_names(stage: Stage) -> set[str]:
    paths = (path for path in stage.path.rglob("*") if path.is_file())
    return {path.relative_to(stage.path).as_posix() for path in paths}


def assemble(submission: Path, stage: Stage, out: Path) -> Assembly:
    """The tree to grade in the new folder `out`: the student's sources in this tree's house.

    `stage` is the trusted one. A file that the submission lacks is there as it was handed out.
    """
    folder = locate(submission, stage)
    with trees.new_folder(out) as filling:
        started, ours = _emptied_reference(stage, filling)
        handed_out = _stage_names(started)
        files = _collect(folder, handed_out)
        notes = list(files.notes)
        for name in sorted(handed_out):
            path = folder / name
            if name in TRUSTED:
                theirs = _read_regular(path) if os.path.lexists(path) else None
                if isinstance(theirs, bytes) and theirs != (started.path / name).read_bytes():
                    notes.append(Note(name, "changed; the trusted file is used"))
            elif name.endswith(SOURCE_SUFFIXES) and name not in files.contents:
                notes.append(Note(name, "missing; the file as handed out is used"))
        notes += _marker_notes(ours, files.contents)
        for name, data in files.contents.items():
            path = started.path / name
            if name not in handed_out:
                notes.append(Note(name, "an extra file"))
            else:
                theirs = data.decode("utf-8", "surrogateescape")
                notes += _outside_changes(name, regions.read_source(path), theirs)
            if not _write_below(started.path, name, data):
                notes.append(Note(name, "refused: its folder is a file in the lab"))
        notes += _outside_reads(files.contents)
    notes = sorted(notes, key=_note_order)
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [Note("(all)", f"{len(notes) - MAX_NOTES} more notes are left out")]
    return Assembly(Stage(Path(out).resolve(), stage.name), notes)


def _outside_reads(files: Mapping[str, bytes]) -> list[Note]:
    """Lines that name a file outside of the tree. What macros put together is not seen here."""
    return [
        Note(name, f"names a file outside of the lab: {_printable(line.strip().decode('latin-1'))}",
             number)
        for name, data in sorted(files.items())
        for number, line in enumerate(data.split(b"\n"), start=1)
        if _OUTSIDE.search(line[:2000])
    ]


def shadowed(tree: Stage) -> list[Note]:
    """After a build: global names that the lab's objects and the trusted ones both define.

    The linker takes the lab's: a `report` or `memcpy` of its own then serves the trusted code.
    Weak names are there for a lab to define.
    """
    objects = tree.root / "build" / tree.name / "obj"
    trusted, theirs = set(), []
    for path in sorted(objects.rglob("*.o")):
        name = path.relative_to(objects).as_posix().removesuffix(".o")
        if name.startswith("common/"):
            trusted |= _defined(path, weak=False)
        elif not name.startswith("symbols/"):
            theirs += [(name, symbol) for symbol in sorted(_defined(path))]
    return [Note(name, f"defines {_printable(symbol)}, as the trusted code does")
            for name, symbol in theirs if symbol in trusted][:MAX_NOTES]


def _defined(path: Path, weak: bool = True) -> set[str]:
    """The global names that an object file defines, with or without its weak ones."""
    try:
        done = subprocess.run(
            ["nm", "--defined-only", "--extern-only", "--format=posix", str(path)],
            stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_NM_SECONDS)
    except subprocess.TimeoutExpired:
        return set()
    lines = done.stdout.decode(errors="replace").split("\n")
    symbols = [line.split(" ")[:2] for line in lines if line]
    return {name for name, kind in symbols if weak or kind not in "VW"}


def _write_below(folder: Path, name: str, data: bytes) -> bool:
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return False
    return True


def _note_order(note: Note) -> tuple[str, int, str]:
    return note.file, note.first, note.what


def student_bodies(submission: Path, stage: Stage) -> dict[str, str]:
    """The bodies of all regions of a submission whose markers are in order.

    Of several regions with one id, that in the file where it belongs counts.
    """
    files = _collect(locate(submission, stage), set())
    known = regions.stage_regions(stage)
    bodies: dict[str, str] = {}
    for name, data in sorted(files.contents.items()):
        for region in regions.scan_text(data.decode("utf-8", "surrogateescape"), name)[0]:
            at_home = region.id in known and known[region.id].file == name
            if at_home or region.id not in bodies:
                bodies[region.id] = region.body
    return bodies


def isolate(submission: Path, stage: Stage, exercise: str, out: Path) -> Assembly:
    """The reference solution with only one exercise's regions taken from the student.

    A region whose markers the student lost is empty, as it was handed out.
    """
    wanted = {id_: r for id_, r in regions.own_regions(stage).items() if r.exercise == exercise}
    if not wanted:
        raise UsageError(f"no exercise {exercise} in {stage.place}")
    theirs = student_bodies(submission, stage)
    bodies = {id_: theirs.get(id_, region.placeholder) for id_, region in wanted.items()}
    notes = [
        Note(region.file, f"markers of {id_} are missing or damaged; it counts as not done")
        for id_, region in wanted.items()
        if id_ not in theirs
    ]
    return Assembly(with_bodies(stage, bodies, out), notes)


def with_bodies(stage: Stage, bodies: Mapping[str, str], out: Path) -> Stage:
    """The reference solution in the new folder `out`, with other bodies in some regions."""
    known = regions.stage_regions(stage)
    for id_ in bodies:
        if id_ not in known:
            raise UsageError(f"no region {id_} in {stage.place}")
    with trees.new_folder(out) as filling:
        copy = trees.copy_gradeable(stage, filling)
        for name in {known[id_].file for id_ in bodies}:
            path = copy.path / name
            of_file = [region for region in known.values() if region.file == name]
            text = regions.replace_bodies(regions.read_source(path), of_file, bodies)
            regions.write_source(path, text)
    return Stage(Path(out).resolve(), stage.name)
