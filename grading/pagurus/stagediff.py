"""`diff FROM TO`: what a stage adds, by room and then line by line, or as one HTML page.

The lab texts are left out: they are two texts, and not two states of one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagurus import arguments, regions, trees
from pagurus.drift import stage_files
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stage

# Where diff2html-cli is pinned, and where it is installed to (below build/).
_PINNED = "grading/diff"
_INSTALLED = "diff2html"

_LINK = re.compile(
    r'<link rel="stylesheet" href="https?://[^"]*/styles/(?P<style>[\w-]+\.min\.css)"'
    r'(?: media="(?P<media>[^"]*)")?\s*/?>'
)
_EXTERNAL = re.compile(
    r"<(?:link|script|img|iframe|object|embed|source)\b[^>]*\b(?:href|src|data)\s*=\s*[\"']?"
    r"\s*(?:https?:)?//|@import\s+(?:url\()?[\"']?https?:|url\(\s*[\"']?\s*(?:https?:)?//",
    re.IGNORECASE,
)

_TOP_ROOM = "(top)"
_LAB_TEXT = "README.md"


@dataclass
class Room:
    """What the later stage changes in one folder."""

    name: str
    new: bool
    added_files: int = 0
    changed_files: int = 0
    removed_files: int = 0
    added_lines: int = 0
    removed_lines: int = 0

    def __str__(self) -> str:
        kind = "new room" if self.new else ""
        files = [
            f"{count} {word}"
            for count, word in (
                (self.added_files, "new"),
                (self.changed_files, "changed"),
                (self.removed_files, "removed"),
            )
            if count
        ]
        lines = f"+{self.added_lines} -{self.removed_lines}"
        return f"{self.name:<12} {lines:>12}  {', '.join(files):<28} {kind}".rstrip()


@dataclass
class StageDiff:
    """The difference of two stages."""

    rooms: list[Room] = field(default_factory=list)
    text: str = ""


def _room_of(name: str) -> str:
    return name.split("/")[0] + "/" if "/" in name else _TOP_ROOM


def _export(stage: Stage, folder: Path, solved: bool) -> None:
    """Copy a stage's files to folder/NN-name, the bodies of all its regions emptied if asked."""
    copy = Stage(folder, stage.name)
    names = sorted(f"{stage.place}/{name}" for name in stage_files(stage) - {_LAB_TEXT})
    trees.copy_files(stage.root, names, folder)
    if not solved:
        regions.empty_stage(copy, regions.stage_regions(stage))
    copy.path.rename(folder / stage.name)


def _git_diff(folder: Path, earlier: Stage, later: Stage, *options: str) -> bytes:
    command = ["git", "diff", "--no-index", "--no-renames", "--no-ext-diff", *options]
    done = subprocess.run(
        [*command, "--src-prefix=", "--dst-prefix=", "--", earlier.name, later.name],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise UsageError(f"git diff failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _summary(folder: Path, earlier: Stage, later: Stage) -> list[Room]:
    before = folder / earlier.name
    files = (path for path in before.rglob("*") if path.is_file())
    old_rooms = {_room_of(path.relative_to(before).as_posix()) for path in files}
    rooms: dict[str, Room] = {}
    # With -z a file of both sides reads "+\t-\t\0OLD\0NEW\0"; one missing side is /dev/null.
    counted = _git_diff(folder, earlier, later, "--numstat", "-z")
    fields = counted.decode(errors="replace").split("\0")
    for counts, old, new in zip(fields[0::3], fields[1::3], fields[2::3]):
        added, removed, _ = counts.split("\t")
        path = old if new == "/dev/null" else new
        name = _room_of(path.split("/", 1)[1])
        room = rooms.setdefault(name, Room(name, new=name not in old_rooms))
        room.added_files += old == "/dev/null"
        room.removed_files += new == "/dev/null"
        room.changed_files += "/dev/null" not in (old, new)
        room.added_lines += int(added) if added != "-" else 0  # "-" for a binary file
        room.removed_lines += int(removed) if removed != "-" else 0
    return sorted(rooms.values(), key=lambda room: (not room.new, room.name))


def compare(earlier: Stage, later: Stage, solved: bool = True, colour: bool = False) -> StageDiff:
    """The summary and the unified diff of two stages; without the bodies unless `solved`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _export(earlier, folder, solved)
        _export(later, folder, solved)
        text = _git_diff(folder, earlier, later, f"--color={'always' if colour else 'never'}")
        return StageDiff(_summary(folder, earlier, later), text.decode("utf-8", "replace"))


def install(root: Path) -> Path:
    """The folder of the pinned diff2html-cli, installed by npm at the first call."""
    pinned, place = root / _PINNED, root / "build" / _INSTALLED
    lock = (pinned / "package-lock.json").read_bytes()
    done = place / "installed.json"
    if done.is_file() and done.read_bytes() == lock:
        return place
    if not shutil.which("npm"):
        raise UsageError("HTML needs npm: sudo apt install npm (without HTML= there is no need)")
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(pinned / name, place / name)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    ran = subprocess.run(
        npm, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        said = (ran.stderr.strip() or "no reason given").splitlines()[0]
        raise UsageError(f"npm could not install diff2html-cli: {said}")
    done.write_bytes(lock)
    return place


def self_contained(page: str, styles: Path) -> str:
    """The page with the style sheets that it would load from elsewhere put into it."""

    def inline(link: re.Match[str]) -> str:
        media = f' media="{link["media"]}"' if link["media"] else ""
        return f"<style{media}>{(styles / link['style']).read_text('utf-8')}</style>"

    page = _LINK.sub(inline, page)
    if loads := _EXTERNAL.search(page):
        raise UsageError(f"the page would load from elsewhere: {loads[0][:80]}")
    return page


def write_html(root: Path, text: str, title: str, out: Path) -> None:
    """Write the diff side by side as one page that needs nothing else."""
    if out.is_dir() or not out.parent.is_dir():
        raise UsageError(f"cannot write {out}")
    place = install(root)
    with tempfile.TemporaryDirectory() as scratch:
        page, diff = Path(scratch) / "page.html", Path(scratch) / "stage.diff"
        diff.write_text(text, "utf-8")
        options = ["--style", "side", "--summary", "open", "--title", title, "--file", str(page)]
        command = [str(place / "node_modules/.bin/diff2html"), "--input", "file", *options]
        ran = subprocess.run(
            [*command, "--", str(diff)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode or not page.is_file():
            said = (ran.stderr.strip() or "no reason given").splitlines()[0]
            raise UsageError(f"diff2html failed: {said}")
        html = self_contained(page.read_text("utf-8"), place / "node_modules/highlight.js/styles")
    trees.write_file(out, html.encode("utf-8"))


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("diff", argv, needs=["FROM", "TO"], options=["html", "solved"])
    root = find_root()
    earlier, later = find_stage(root, call.plain[0]), find_stage(root, call.plain[1])
    if earlier == later:
        raise UsageError(f"FROM and TO are both {earlier.name}")
    html = call.option("html")
    colour = not html and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    diff = compare(earlier, later, call.flag("solved", default=True), colour)
    if not diff.text:
        raise UsageError(f"{earlier.name} and {later.name} do not differ")
    if html:
        write_html(root, diff.text, f"Pagurus: {earlier.name} to {later.name}", Path(html))
    print(f"{earlier.name} to {later.name}:")
    for room in diff.rooms:
        print(f"  {room}")
    print(f"\n{html} written" if html else f"\n{diff.text}", end="\n" if html else "")
    return 0
