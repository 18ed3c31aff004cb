"""Copies of trees: which files belong to one, and folders that appear whole or not at all."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pagurus import git
from pagurus.errors import UsageError
from pagurus.stages import Stage

# Below grading/: what a tree needs to be built, graded and debugged. Everything else there
# (tests of the grader itself, mutants, bench, …) stays with the instructor.
_GRADER = "grading/pagurus/"

# Applications that need what a stage brings; they are built from that stage on.
_APPS_FROM = re.compile(r"common/apps/from-(\d\d)/")


def tree_files(root: Path, untracked_too: bool = False) -> list[str]:
    """The files of a tree, relative to its root: those that git tracks, else all but output."""
    if git.is_top(root):
        return git.tracked(root, untracked_too)
    names = []
    for folder, subfolders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if name not in (".git", "__pycache__", ".pytest_cache")
            and (here / name).as_posix() != "build"
        )
        names += [(here / name).as_posix() for name in sorted(files)]
    return sorted(names)


def is_gradeable_part(name: str, stage: Stage) -> bool:
    """Whether a file of the tree is needed to build and grade this one stage."""
    if name.startswith("grading/"):
        at_top = name.count("/") == 1
        return at_top or name.startswith((_GRADER, f"grading/{stage.name}/"))
    if later := _APPS_FROM.match(name):
        return int(later[1]) <= stage.number
    return name == "Makefile" or name.startswith(("common/", f"{stage.place}/"))


def copy_files(root: Path, names: Iterable[str], out: Path) -> None:
    """Copy files of a tree with their modes; symbolic links stay links."""
    for name in names:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target, follow_symlinks=False)


def copy_gradeable(stage: Stage, out: Path) -> Stage:
    """Copy what is needed to build and grade one stage; the stage in its new tree."""
    names = tree_files(stage.root, untracked_too=True)
    copy_files(stage.root, (n for n in names if is_gradeable_part(n, stage)), out)
    return Stage(out, stage.name)


def write_file(path: Path, data: bytes) -> None:
    """Write a file such that it is either the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    if path.exists():
        shutil.copymode(path, beside)
    beside.replace(path)


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill that takes the name `out` only when the block ends without an error.

    `out` may exist when it is an empty folder. A failure leaves nothing behind.
    """
    out = Path(os.path.abspath(out))
    if os.path.lexists(out):
        if out.is_symlink() or not out.is_dir():
            raise UsageError(f"{out} is not a folder")
        if any(out.iterdir()):
            raise UsageError(f"{out} is not empty; nothing is written over it")
    missing = [folder for folder in out.parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        filling = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror}") from error
    try:
        filling.chmod(0o755)
        yield filling
        filling.replace(out)
    except BaseException:
        shutil.rmtree(filling, ignore_errors=True)
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise
