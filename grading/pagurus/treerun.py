"""Run the grader of a tree on that tree, as its own process, and read what it found."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagurus.build import LINK_ON_DEMAND
from pagurus.session import WORKERS
from pagurus.stages import Stage, find_root

HARNESS_ERROR = "HARNESS-ERROR"

# Far beyond what a stage's whole grade takes; reached only when the tools hang.
_SECONDS = 1800


@dataclass(frozen=True)
class Result:
    """The verdicts of a run by test names, or in one line why there are none."""

    verdicts: dict[str, str] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)  # by exercise
    error: str = ""
    fault: str = ""  # what the tools said of the first test that they failed in


def run_tests(stage: Stage, tests: Sequence[str] = ()) -> Result:
    """Build a stage and run these of its tests (default: all) with the tree's own grader."""
    report = stage.root / "build" / "treerun.json"
    report.unlink(missing_ok=True)
    _share_build(find_root(), stage)
    command = [sys.executable, "-m", "pagurus", "test", stage.lab, *tests, "--json", str(report)]
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "SEED")
    environment = {name: os.environ[name] for name in keep if name in os.environ}
    environment["PYTHONPATH"] = str(stage.root / "grading")
    environment[WORKERS] = "0"  # as many trees run at once as there are cores
    environment[LINK_ON_DEMAND] = "1"
    run = subprocess.Popen(
        command,
        cwd=stage.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = run.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return Result(error=f"the grader did not end within {_SECONDS} s")
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return read_report(report, output.decode("utf-8", "replace"))


def _share_build(root: Path, stage: Stage) -> None:
    """Spare a tree what is the same as in ours: objects, which make checks, and dirty memory."""
    ours, theirs = root / "build", stage.root / "build"
    objects = ours / stage.name
    if objects.is_dir() and not (theirs / stage.name).exists():
        try:
            shutil.copytree(objects, theirs / stage.name,
                            ignore=shutil.ignore_patterns("run", "*.elf", "symbols"))
        except shutil.Error:  # something is at work there: let make begin at the beginning
            shutil.rmtree(theirs / stage.name)
    (theirs / "grade").mkdir(parents=True, exist_ok=True)
    for dirt in (ours / "grade").glob("dirt-*K.bin"):
        with contextlib.suppress(FileExistsError):
            os.link(dirt, theirs / "grade" / dirt.name)


def read_report(report: Path, output: str) -> Result:
    """What a report says; without one, the last line that the grader printed."""
    try:
        content = json.loads(report.read_text("utf-8"))
        verdicts = {test["name"]: test["verdict"] for test in content["tests"]}
        scores = {exercise["id"]: exercise["score"] for exercise in content["exercises"]}
        trouble, broken = (content["extra_data"][key] for key in ("trouble", "build_output"))
    except (OSError, ValueError, KeyError, TypeError):
        lines = output.strip().splitlines() or ["it printed nothing"]
        return Result(error=f"the grader wrote no report: {lines[-1]}")
    if broken:
        return Result(error=f"it does not compile: {_first_error(broken)}")
    if trouble:
        return Result(error=f"the grader had trouble: {trouble[0].splitlines()[0]}")
    faults = [test.get("output", "") for test in content["tests"]
              if test["verdict"] == HARNESS_ERROR]
    return Result(verdicts, scores, fault=_first_error(faults[0]) if faults else "")


def _first_error(output: str) -> str:
    lines = output.strip().splitlines() or [""]
    return next((line for line in lines if "error:" in line or "undefined" in line), lines[0])
