"""The few questions that the tree tools ask git."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pagurus.errors import UsageError


def run(folder: Path, *arguments: str, ok: Sequence[int] = (0,)) -> str | None:
    """What git prints to stdout in `folder`; None when it fails or is not installed."""
    data = run_bytes(folder, *arguments, ok=ok)
    return None if data is None else data.decode("utf-8", "surrogateescape")


def run_bytes(folder: Path, *arguments: str, ok: Sequence[int] = (0,)) -> bytes | None:
    """As `run`, for contents of files. Variables that point git elsewhere are not passed on."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=clean, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode in ok else None


def is_top(folder: Path) -> bool:
    """Whether the folder is itself the top of a work tree (and not a folder inside another's)."""
    top = run(folder, "rev-parse", "--show-toplevel")
    return top is not None and Path(top.rstrip("\n")).resolve() == folder.resolve()


def tracked(folder: Path, untracked_too: bool = False) -> list[str]:
    """The files that git knows below `folder`, relative to it; those deleted are left out."""
    more = ["--others", "--exclude-standard"] if untracked_too else []
    listing = run(folder, "ls-files", "-z", "--cached", *more)
    names = sorted(set((listing or "").split("\0")) - {""})
    return [name for name in names if os.path.lexists(folder / name)]


def uncommitted(folder: Path) -> list[str]:
    """The files below `folder` that HEAD does not hold as they are: changed, new or deleted.

    Where git does not keep the folder, all its files count.
    """
    if run(folder, "rev-parse", "--verify", "--quiet", "HEAD") is None or not tracked(folder):
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    options = ["--name-only", "-z", "--no-renames", "--relative"]
    changed = run(folder, "diff", *options, "HEAD", "--", ".")
    new = run(folder, "ls-files", "-z", "--others", "--exclude-standard")
    return sorted(set(((changed or "") + (new or "")).split("\0")) - {""})


def require_committed(folder: Path, place: str, force: bool) -> None:
    """Refuse to go on when work in `folder` could be lost, unless FORCE=1."""
    pending = [] if force else uncommitted(folder)
    if pending:
        more = f" and {len(pending) - 1} more" if len(pending) > 1 else ""
        raise UsageError(
            f"not committed to git: {place}/{pending[0]}{more}; "
            "commit first, or say FORCE=1 to write all the same"
        )
