"""`forward FROM`: carry a fix made in one stage into all later stages.

The fix is what stage FROM has now against what git has of it at BASE (default HEAD: a fix that is
not committed yet). It goes from stage to stage: a file that was identical is copied, a seam gets a
three-way merge. Where that leaves a conflict the stage's file stays untouched, the merge with its
conflict marks is written below build/forward/, and later stages wait for it.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagurus import arguments, git, trees
from pagurus.drift import OWN_FILES, stage_files
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stage, find_stages

CONFLICT = "conflict"


@dataclass(frozen=True)
class Change:
    """One file's content before and after; None where there is no file."""

    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Step:
    """What is done to one file of one stage."""

    stage: Stage
    file: str
    what: str
    write: bool = False
    content: bytes | None = None  # the new one, None to delete
    conflict: bytes | None = None  # the merge with its marks, if there is one

    def __str__(self) -> str:
        return f"{self.stage.place}/{self.file}  {self.what}"


@dataclass
class Plan:
    """All steps, in the order of the stages."""

    steps: list[Step] = field(default_factory=list)

    @property
    def writes(self) -> list[Step]:
        return [step for step in self.steps if step.write]

    @property
    def conflicts(self) -> list[Step]:
        return [step for step in self.steps if step.what.startswith(CONFLICT)]


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def changes_since(stage: Stage, base: str) -> dict[str, Change]:
    """What stands otherwise in the stage than in the commit `base`, by file."""
    root = stage.root
    if not git.is_top(root):
        raise UsageError(f"{root} is not under git, so there is nothing to compare {stage.name} to")
    if git.run(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is None:
        raise UsageError(f"no commit '{base}'")
    prefix = f"{stage.place}/"
    listing = git.run(root, "ls-tree", "-r", "-z", "--name-only", base, "--", prefix) or ""
    old = {name[len(prefix) :] for name in listing.split("\0") if name}
    if not old:
        raise UsageError(f"{stage.place} does not exist in {base}")
    changes = {}
    for name in sorted(old | stage_files(stage)):
        before = git.run_bytes(root, "cat-file", "blob", f"{base}:{prefix}{name}")
        after = _read(stage.path / name)
        if before != after and name not in OWN_FILES:
            changes[name] = Change(before, after)
    return changes


def _merge(stage: Stage, current: bytes, change: Change) -> tuple[bytes, bool]:
    """A three-way merge of the change into `current`; whether it is clean."""
    labels = ["-L", stage.name, "-L", "before the fix", "-L", "the fix"]
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in (("here", current), ("base", change.before), ("fix", change.after)):
            (Path(scratch) / name).write_bytes(content or b"")
        done = subprocess.run(
            ["git", "merge-file", "-p", *labels, "here", "base", "fix"],
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    return done.stdout, done.returncode == 0


def _step(stage: Stage, name: str, change: Change) -> Step:
    current = _read(stage.path / name)
    if current == change.after:
        return Step(stage, name, "has it already")
    if current == change.before:
        what = "deleted" if change.after is None else "added" if current is None else "copied"
        return Step(stage, name, what, write=True, content=change.after)
    if current is None:
        return Step(stage, name, "not in this stage, left out")
    if change.after is None:
        return Step(stage, name, f"{CONFLICT}: deleted by the fix, but it differs here")
    if change.before is None:
        return Step(stage, name, f"{CONFLICT}: added by the fix, but another stands here")
    merged, clean = _merge(stage, current, change)
    if not clean:
        return Step(stage, name, f"{CONFLICT}: the merge needs a hand", conflict=merged)
    if merged == current:
        return Step(stage, name, "has it already")
    return Step(stage, name, "merged", write=True, content=merged)


def make_plan(source: Stage, base: str = "HEAD") -> Plan:
    """What forwarding would do; nothing is written."""
    plan = Plan()
    changes = changes_since(source, base)
    waiting: dict[str, Stage] = {}
    for stage in find_stages(source.root):
        if stage.number <= source.number:
            continue
        for name, change in list(changes.items()):
            if name in waiting:
                what = f"waits for {waiting[name].place}/{name}"
                plan.steps.append(Step(stage, name, what))
                continue
            step = _step(stage, name, change)
            plan.steps.append(step)
            if step.what.startswith(CONFLICT):
                waiting[name] = stage
            elif step.write:
                # The stage after this one is compared to this one, its neighbour.
                changes[name] = Change(_read(stage.path / name), step.content)
    return plan


def conflict_path(step: Step) -> Path:
    """Where the merge of a conflict is written."""
    return step.stage.root / "build" / "forward" / step.stage.name / step.file


def forward(source: Stage, base: str = "HEAD", force: bool = False) -> Plan:
    """Carry the fix; refuses when work in a later stage is not committed to git."""
    plan = make_plan(source, base)
    if plan.writes:
        for stage in find_stages(source.root):
            if stage.number > source.number:
                git.require_committed(stage.path, stage.place, force)
    for step in plan.writes:
        path = step.stage.path / step.file
        if step.content is None:
            path.unlink()
        else:
            trees.write_file(path, step.content)
    for step in plan.conflicts:
        if step.conflict is not None:
            trees.write_file(conflict_path(step), step.conflict)
    return plan


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("forward", argv, needs=["FROM"], options=["base", "force"])
    source = find_stage(find_root(), call.plain[0])
    base = call.option("base") or "HEAD"
    if find_stages(source.root)[-1] == source:
        print(f"forward: {source.name} is the last stage, there is none to carry to")
        return 0
    plan = forward(source, base, call.flag("force"))
    for step in plan.steps:
        print(step)
        if step.conflict is not None:
            print(f"    mend {conflict_path(step).relative_to(source.root)}, put it there,")
            print(f"    then carry on with: make forward FROM={step.stage.lab}")
    if not plan.steps:
        print(
            f"forward: {source.place} is as in {base}; "
            "a fix that is committed already is carried with BASE=HEAD~1"
        )
    else:
        print(f"forward: {len(plan.writes)} files written, {len(plan.conflicts)} conflicts")
    return 1 if plan.conflicts else 0
