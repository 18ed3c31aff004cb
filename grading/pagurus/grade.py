"""The verbs `grade` and `test`: build a lab, run its tests, tell the score and why."""

import contextlib
import difflib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pagurus import confine, qemu, submission, trees
from pagurus.build import SUBMISSION_SECONDS, BrokenBuild, build, build_submission, cores
from pagurus.errors import UsageError
from pagurus.headings import exercises_of
from pagurus.report import report
from pagurus.results import (
    NO_SCORE, Grade, TestResult, gradescope, make_grade, write_json,
)
from pagurus.session import ONLY, RESULTS, SEED, UNTIL, WORKERS, is_wanted, run_seed
from pagurus.stages import Stage, find_root, find_stage, find_stages
from pagurus.verdict import HarnessError, Verdict

FULL_MARKS, POINTS_LOST, USAGE, HARNESS = 0, 1, 2, 3

_PYTEST_SECONDS = 900
# A submission's builds and tests have so long altogether; isolated, seven trees are built. Tests
# for which no time is left are timeouts. On two idle cores the solution takes 20 and 60 seconds.
_SUBMISSION_SECONDS, _ISOLATED_SECONDS = 420, 840
_OPTIONS = ("--submission", "--json")
_FLAGS = ("--isolate", "--no-build")
_GRADE_USAGE = "grade [LAB] [--submission DIR] [--isolate] [--json FILE] [--no-build]"


def grade_main(argv: Sequence[str]) -> int:
    """The verb `grade`; a fault of the tools that leaves no grade at all is exit status 3."""
    try:
        return _grade(argv)
    except HarnessError as error:
        print(f"pagurus: {error}", file=sys.stderr)
        return HARNESS


def _grade(argv: Sequence[str]) -> int:
    plain, options = _parse("grade", argv)
    if len(plain) > 1:
        raise UsageError(f"'{plain[1]}' is one argument too many; usage: {_GRADE_USAGE}")
    if "--isolate" in options and "--submission" not in options:
        raise UsageError("--isolate judges a submission; say --submission DIR")
    root = find_root()
    if not plain and "--submission" not in options and len(find_stages(root)) > 1:
        return _grade_all(root, options)
    stage = find_stage(root, plain[0] if plain else "")
    if "--submission" in options:
        return _grade_submission(stage, Path(options["--submission"]), options)
    return _finish(stage, grade_stage(stage, [], "--no-build" not in options), options)


def test_main(argv: Sequence[str]) -> int:
    """`test LAB [T…] [--json FILE] [--no-build]`; T is an exercise 1.5 or a test 1.5/name."""
    plain, options = _parse("test", argv)
    if "--submission" in options or "--isolate" in options:
        raise UsageError("test knows --json and --no-build only")
    stage = find_stage(find_root(), plain[0] if plain else "")
    grade = grade_stage(stage, plain[1:], "--no-build" not in options)
    return _finish(stage, grade, options, single=bool(plain[1:]))


test_main.__test__ = False  # type: ignore[attr-defined]


def _parse(verb: str, argv: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    plain: list[str] = []
    options: dict[str, str] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word in _OPTIONS:
            if not rest:
                raise UsageError(f"{verb}: {word} needs a value")
            options[word] = rest.pop(0)
        elif word in _FLAGS:
            options[word] = ""
        elif word.startswith("-"):
            raise UsageError(f"{verb}: unknown option '{word}'")
        else:
            plain.append(word)
    return plain, options


# -- one stage --------------------------------------------------------------------------------


def grade_stage(stage: Stage, wanted: Sequence[str], with_build: bool = True) -> Grade:
    """Build the stage, run its tests (or those that `wanted` names), and count the points."""
    own = exercises_of(stage)
    if not own:
        raise UsageError(f"{stage.place} has no exercise to grade")
    check_exercises(wanted, [exercise.id for exercise in own])
    qemu.accelerator()  # a host without KVM is one line, not one for each test
    asked = {one.split("/")[0] for one in wanted} or None
    try:
        broken = build(stage) if with_build else None
        if broken:
            return _does_not_compile(stage, broken)
        tests, trouble = run_pytest(stage, wanted)
    except HarnessError as error:
        grade = make_grade(stage.name, own, [], run_seed(), wanted=())
        grade.trouble.append(str(error))
        return grade
    grade = make_grade(stage.name, own, tests, run_seed(), asked)
    grade.trouble = trouble + grade.trouble
    return grade


def check_exercises(wanted: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a T whose exercise the lab does not have."""
    for one in wanted:
        exercise = one.split("/")[0]
        if exercise not in known:
            raise UsageError(f"no exercise '{exercise}'; there are: {' '.join(known)}")


def _does_not_compile(stage: Stage, broken: BrokenBuild,
                      wanted: Sequence[str] | None = None) -> Grade:
    own = exercises_of(stage)
    first = "\n".join(line[:200] for line in broken.output.splitlines()[:8])
    failed = [
        TestResult(f"{exercise.id}/compiles", exercise.id, Verdict.FAIL.value,
                   "the lab compiles", what="the lab does not compile", found=first)
        for exercise in own if wanted is None or exercise.id in wanted
    ]
    grade = make_grade(stage.name, own, failed, run_seed(), wanted)
    blame = f"\n(in exercise {', '.join(broken.exercises)})" if broken.exercises else ""
    grade.build_output = broken.output + blame
    return grade


def run_pytest(stage: Stage, wanted: Sequence[str], workers: int | None = None,
               until: float | None = None) -> tuple[list[TestResult], list[str]]:
    """Run the stage's tests in processes of their own; the results, and the grader's troubles.

    until: on time.monotonic()'s clock; what is not tested by then is a timeout.
    """
    folder = stage.root / "grading" / stage.name
    if not folder.is_dir():
        raise HarnessError(f"grading/{stage.name} does not exist: the lab has no tests")
    reports = stage.root / "build" / "grade"
    reports.mkdir(parents=True, exist_ok=True)
    if workers is None and os.environ.get(WORKERS):
        workers = int(os.environ[WORKERS])
    if workers is None:
        workers = 0 if len(wanted) == 1 and "/" in wanted[0] else cores()
    command = [
        sys.executable, "-m", "pytest", "-c", str(stage.root / "grading" / "pytest.ini"), "-q",
        "-p", "no:cacheprovider", "-n", str(workers), str(folder),
    ]
    if not wanted:
        command.append(f"--junitxml={reports / stage.name}.xml")
    with tempfile.NamedTemporaryFile(prefix="pagurus-", suffix=".json") as results:
        environment = os.environ | {
            RESULTS: results.name, ONLY: "\n".join(wanted),
            SEED: run_seed(), "PYTHONPATH": str(stage.root / "grading"),
            "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_ADDOPTS": "",
            UNTIL: "" if until is None else str(until),
        }
        output, status = _run(command, stage.root, environment)
        text = Path(results.name).read_text()
    if not text:
        raise HarnessError(f"pytest ended with status {status}:\n{output[-3000:]}")
    found = json.loads(text)
    for one in wanted:
        if not any(is_wanted(name, one) for name in found["names"]):
            raise UsageError(_no_test(one, found["names"]))
    trouble = found["trouble"]
    if status not in (0, 1):  # 3 is an error within pytest or our plugin
        trouble.append(f"pytest ended with status {status}:\n{output[-3000:].strip()}")
    return [TestResult(**test) for test in found["tests"]], trouble


def _no_test(wanted: str, names: Sequence[str]) -> str:
    plain = sorted({name.split("[")[0] for name in names})
    close = difflib.get_close_matches(wanted, plain, 3, 0.5)
    same = [name for name in plain if name.startswith(wanted.split("/")[0] + "/")]
    return f"no test '{wanted}'; {'close to it:' if close else 'there are:'} " \
           f"{' '.join(close or same) or 'none of that exercise'}"


def _run(command: list[str], cwd: Path, environment: dict[str, str]) -> tuple[str, int]:
    """Run the tests in a process group of their own, which is ended for sure."""
    run = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = run.communicate(timeout=_PYTEST_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise HarnessError(f"the tests did not end within {_PYTEST_SECONDS} s") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return output.decode(errors="replace"), run.returncode


# -- what comes out ---------------------------------------------------------------------------


def exit_status(grade: Grade, single: bool = False) -> int:
    """0 only at full marks; a fault of the tools is told from points that a student lost."""
    if grade.harness_failed:
        return HARNESS
    if grade.build_output:
        return POINTS_LOST
    complete = all(test.passed for test in grade.tests)
    return FULL_MARKS if complete and (single or grade.score == grade.points) else POINTS_LOST


def _finish(stage: Stage, grade: Grade, options: dict[str, str], single: bool = False) -> int:
    content = gradescope(grade)
    if not single:
        write_json(stage.root / "build" / "grade" / f"{stage.name}.json", content)
    if "--json" in options:
        write_json(Path(options["--json"]), content)
    for line in report(grade, full=os.environ.get("V") not in (None, "", "0"), single=single):
        print(line)
    return exit_status(grade, single)


def _grade_all(root: Path, options: dict[str, str]) -> int:
    """Every stage that exists: one line each, then the sum."""
    if "--json" in options:
        raise UsageError("--json needs a LAB")
    statuses, score, points = [], 0, 0
    for stage in find_stages(root):
        grade = grade_stage(stage, [], "--no-build" not in options)
        write_json(root / "build" / "grade" / f"{stage.name}.json", gradescope(grade))
        statuses.append(exit_status(grade))
        score, points = score + grade.score, points + grade.points
        remark = "" if statuses[-1] != HARNESS else "  the grader had trouble"
        print(f"{stage.name:<20} {grade.score:>3}/{grade.points}{remark}", flush=True)
    if HARNESS in statuses:
        print(f"Score: none, at least {score}/{points}\n{NO_SCORE}")
    else:
        print(f"Score: {score}/{points}")
    return max(statuses)


# -- submissions ------------------------------------------------------------------------------


def _grade_submission(stage: Stage, folder: Path, options: dict[str, str]) -> int:
    """Grade a student's tree with this tree's grader; the student's code runs in QEMU only."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", folder.resolve().name).lstrip(".") or "submission"
    base = stage.root / "build" / "submissions"
    out = base / name
    if folder.resolve().is_relative_to(base):
        raise UsageError(f"{folder} lies where submissions are built; copy it elsewhere")
    shutil.rmtree(out, ignore_errors=True)
    try:
        if "--isolate" in options:
            grade = _isolated(stage, folder, out)
        else:
            assembly = submission.assemble(folder, stage, out)
            until = time.monotonic() + _SUBMISSION_SECONDS
            grade = _judge_tree(assembly.stage, stage, until)
            grade.notes = [str(note) for note in assembly.notes] + grade.notes
    finally:  # a hostile build leaves as much as it may; the report holds all that counts
        shutil.rmtree(out, ignore_errors=True)
    if not confine.can_confine():
        grade.notes.append("this kernel has no Landlock: the build could read any file of this "
                           "machine, the reference solution among them")
    content = gradescope(grade)
    write_json(base / f"{name}.json", content)
    if "--json" in options:
        write_json(Path(options["--json"]), content)
    for line in report(grade, full=os.environ.get("V") not in (None, "", "0")):
        print(line)
    return exit_status(grade)


def _isolated(stage: Stage, folder: Path, out: Path) -> Grade:
    """Each exercise alone, inside the reference solution."""
    exercises = exercises_of(stage)
    until = time.monotonic() + _ISOLATED_SECONDS
    parts: list[Grade] = []
    for exercise in exercises:
        assembly = submission.isolate(folder, stage, exercise.id, out / exercise.id)
        part = _judge_tree(assembly.stage, stage, until, [exercise.id])
        part.notes = [str(note) for note in assembly.notes] + part.notes
        parts.append(part)
    tests = [test for part in parts for test in part.tests]
    grade = make_grade(stage.name, exercises, tests, run_seed())
    grade.notes = [note for part in parts for note in part.notes]
    grade.trouble = [line for part in parts for line in part.trouble]
    return grade


def _judge_tree(tree: Stage, stage: Stage, until: float,
                wanted: Sequence[str] | None = None) -> Grade:
    """Build and test a tree in which a student may have written anything.

    `stage` is the trusted one: exercises and points are counted from its markers. What breaks the
    build or the grader here, but not with the reference solution, is the submission's fault.
    """
    left = min(max(until - time.monotonic(), 1), SUBMISSION_SECONDS)
    with _Reference(stage, tree.root) as reference:
        broken = build_submission(tree, left)
        if broken:
            reference.tree()
            return _does_not_compile(stage, broken, wanted)
        tests, trouble = run_pytest(tree, wanted or [], until=until)
        tests = _second_opinion(tests, tree, reference, until)
    grade = make_grade(stage.name, exercises_of(stage), tests, run_seed(), wanted)
    grade.trouble = trouble + grade.trouble
    grade.notes = [str(note) for note in submission.shadowed(tree)]
    return grade


class _Reference:
    """The reference solution, built beside a submission as that was, when it is asked for."""

    def __init__(self, stage: Stage, beside: Path) -> None:
        self._stage = stage
        self._root = beside.with_name(f".{beside.name}.reference")
        self._tree: Stage | None = None

    def __enter__(self) -> "_Reference":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._root, ignore_errors=True)

    def tree(self) -> Stage:
        """The built tree; HarnessError if not even this one builds."""
        if self._tree is None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root.mkdir(parents=True)
            tree = trees.copy_gradeable(self._stage, self._root)
            broken = build_submission(tree)
            if broken:
                raise HarnessError(f"the reference solution does not build:\n{broken.output}")
            self._tree = tree
        return self._tree


def _second_opinion(tests: list[TestResult], tree: Stage, reference: _Reference,
                    until: float) -> list[TestResult]:
    """Run tests in which the grader failed again; one that only this code makes fail is a FAIL."""
    def failed(among: list[TestResult]) -> list[str]:
        return [test.name for test in among if test.verdict == Verdict.HARNESS_ERROR.value]

    def run(where: Stage, names: list[str]) -> dict[str, TestResult]:
        return {test.name: test for test in run_pytest(where, names, until=until)[0]}

    names = failed(tests)
    if not names:
        return tests
    again = run(tree, names)
    tests = [again.get(test.name, test) for test in tests]
    names = failed(tests)
    right = run(reference.tree(), names) if names else {}
    for test in tests:
        if test.name in names and test.name in right and right[test.name].passed:
            test.verdict = Verdict.FAIL.value
            test.what = f"the test cannot make sense of what this code does: {test.what}"
    return tests
