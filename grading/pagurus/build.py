"""Build a stage for the grader, and say whose fault it is when that fails."""

import functools
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from pagurus import confine, regions
from pagurus.stages import Stage
from pagurus.verdict import HarnessError

# Set where only some tests of a tree are run: an image is linked when a test asks for it.
LINK_ON_DEMAND = "PAGURUS_LINK_ON_DEMAND"

_SECONDS = 600
SUBMISSION_SECONDS = 120  # it takes two on an idle machine
_TREE_BYTES = 256 << 20  # of all that the build of a submission writes; ours has 4 MiB
_LINE = 1000  # characters of a line of output that count
_PLACE = re.compile(r"(labs/[^\s:]+\.(?:c|h|asm|inc|ld)):(\d+)(?::\d+)?:? *(.*)")


@dataclass(frozen=True)
class BrokenBuild:
    """A build that a student's file broke: the compiler's words, and the exercises at fault."""

    output: str
    exercises: list[str] = field(default_factory=list)  # empty: outside the regions of the file


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _command(stage: Stage, what: str = "build") -> list[str]:
    return ["make", "-s", "--no-print-directory", f"-j{cores()}", what, f"LAB={stage.lab}"]


def _make(stage: Stage, what: str) -> confine.Finished:
    # A make above us has its own job server, which does not reach through the grader.
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    try:
        done = confine.run_bounded(_command(stage, what), stage.root, environment, _SECONDS)
    except OSError as error:
        raise HarnessError(f"cannot run make: {error.strerror}") from error
    if not done.in_time:
        raise HarnessError(f"the build did not end within {_SECONDS} s")
    return done


@functools.cache
def link(stage: Stage, image: str) -> None:
    """Link one image now, where that was left to who needs it."""
    if LINK_ON_DEMAND in os.environ:
        done = _make(stage, f"build/{stage.name}/{image}")
        if done.status:
            raise HarnessError(f"no {image}:\n{done.output}")


def build(stage: Stage) -> BrokenBuild | None:
    """Build; None when that worked. A build that no student's file broke is a HarnessError."""
    done = _make(stage, "parts" if LINK_ON_DEMAND in os.environ else "build")
    if done.status == 0:
        return None
    guilty = _student_lines(stage, done.output)
    if not guilty:
        raise HarnessError(f"the build is broken outside of the exercises:\n{done.output}")
    return BrokenBuild(done.output, sorted({one for one in guilty if one}, key=regions.sort_key))


def build_submission(stage: Stage, seconds: float = SUBMISSION_SECONDS) -> BrokenBuild | None:
    """Build a tree in which a student may have written anything.

    A build that breaks is not yet the student's fault: the caller must know that the reference
    solution builds on this machine.
    """
    try:
        done = confine.run_tools(_command(stage), stage.root, seconds)
    except OSError as error:
        raise HarnessError(f"cannot run make: {error.strerror}") from error
    why = "" if done.in_time else f"the build did not end within {seconds:.0f} s"
    size = _size(stage.root / "build")
    if size > _TREE_BYTES:
        why = f"the build wrote {size >> 20} MiB, which is more than {_TREE_BYTES >> 20}"
        shutil.rmtree(stage.root / "build", ignore_errors=True)
    if not why and done.status == 0:
        return None
    output = "\n".join(part for part in (why, done.output) if part)
    guilty = _student_lines(stage, done.output)
    return BrokenBuild(output or f"make ended with status {done.status}",
                       sorted({one for one in guilty if one}, key=regions.sort_key))


def _size(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*"))


def _student_lines(stage: Stage, output: str) -> list[str]:
    """For each error in a file of the lab: the exercise of the line, or ""."""
    own = [region for region in regions.scan_folder(stage.path)[0].values()
           if region.lab == stage.number]
    guilty: list[str] = []
    for line in output.splitlines():
        match = _PLACE.search(line[:_LINE])
        if not match or re.match(r"(warning|note|In function)", match[3]):
            continue
        file, number = match[1].removeprefix(f"{stage.place}/"), int(match[2])
        guilty.append(next((region.exercise for region in own if region.file == file
                            and region.first <= number <= region.last), ""))
    return guilty
