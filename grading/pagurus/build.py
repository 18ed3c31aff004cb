"""Build a stage for the grader, and say whose fault it is when that fails."""

import os
import re
import subprocess
from dataclasses import dataclass, field

from pagurus import regions
from pagurus.stages import Stage
from pagurus.verdict import HarnessError

_SECONDS = 600
_PLACE = re.compile(r"(labs/[^\s:]+\.(?:c|h|asm|inc|ld)):(\d+)(?::\d+)?:? *(.*)")


@dataclass(frozen=True)
class BrokenBuild:
    """A build that a student's file broke: the compiler's words, and the exercises at fault."""

    output: str
    exercises: list[str] = field(default_factory=list)  # empty: outside the regions of the file


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def build(stage: Stage) -> BrokenBuild | None:
    """Build; None when that worked. A build that no student's file broke is a HarnessError."""
    # A make above us has its own job server, which does not reach through the grader.
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    command = ["make", "-s", "--no-print-directory", f"-j{cores()}", "build", f"LAB={stage.lab}"]
    try:
        done = subprocess.run(
            command, cwd=stage.root, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False)
    except OSError as error:
        raise HarnessError(f"cannot run make: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"the build did not end within {_SECONDS} s") from error
    if done.returncode == 0:
        return None
    output = done.stdout.decode(errors="replace").strip()
    guilty = _student_lines(stage, output)
    if not guilty:
        raise HarnessError(f"the build is broken outside of the exercises:\n{output}")
    return BrokenBuild(output, sorted({one for one in guilty if one}, key=regions.sort_key))


def _student_lines(stage: Stage, output: str) -> list[str]:
    """For each error in a file that students write: the exercise of the line, or ""."""
    own = regions.own_regions(stage).values()
    guilty: list[str] = []
    for line in output.splitlines():
        match = _PLACE.search(line)
        if not match or re.match(r"(warning|note|In function)", match[3]):
            continue
        file, number = match[1].removeprefix(f"{stage.place}/"), int(match[2])
        in_file = [region for region in own if region.file == file]
        if in_file:
            guilty.append(next((region.exercise for region in in_file
                                if region.first <= number <= region.last), ""))
    return guilty
