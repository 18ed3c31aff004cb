"""The grader as a pytest plugin: marks, fixtures, and a verdict for every test.

A lab's test is a function `test_NAME` below grading/NN-name/ with the mark

    @exercise("1.5", weight=2, read="exercise-15-the-elf-loader")

and is called `1.5/NAME` in reports. It raises CheckFailed (checks.py), MachineEnded (machine.py)
or AssertionError to fail; any other exception is a fault of the tools, HARNESS-ERROR. So are
skipped and expected failures: nothing but running to its end without an exception is a pass.
"""

import json
import os
import random
import re
import signal
import traceback
from collections.abc import Generator, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from pagurus import handover, panics, regions
from pagurus.lab import Lab, MachineFactory
from pagurus.machine import Machine, Standing
from pagurus.outcome import Outcome
from pagurus.results import TestResult
from pagurus.session import (
    ONLY, RESULTS, TEST_SECONDS, is_wanted, run_seed, seconds_left,
)
from pagurus.stages import Stage
from pagurus.verdict import (
    Explanation, HarnessError, MachineEnded, TimeIsUp, Verdict, exercise_key, explain,
)

_GRADING = Path(__file__).resolve().parents[1]
_FACTORY = pytest.StashKey[MachineFactory]()
_WRONG = pytest.StashKey[str]()
_ALL_NAMES = pytest.StashKey[list[str]]()
_CHOSEN = pytest.StashKey[dict[str, str]]()  # node id -> test name
_CONSOLE_LINES = 12
_EXERCISE_TAKES = {"weight", "read", "also_before"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "exercise(id, weight=1, read=None, also_before=False): the exercise of a test")
    if os.environ.get(RESULTS) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collector(Path(os.environ[RESULTS])), "pagurus-collector")


# -- names ------------------------------------------------------------------------------------


def _stage_of(path: Path) -> Stage | None:
    """The stage whose tests lie in this file's folder; None for the grader's own tests."""
    if not path.is_relative_to(_GRADING):
        return None
    folder = path.relative_to(_GRADING).parts[0]
    return Stage(_GRADING.parent, folder) if re.match(r"\d\d-", folder) else None


def _mark_of(item: pytest.Item) -> pytest.Mark | None:
    return item.get_closest_marker("exercise")


def test_name(item: pytest.Item) -> str:
    """`1.5/bss_is_zero`, `1.5/refuses[truncated]`."""
    mark = _mark_of(item)
    number = mark.args[0] if mark and mark.args else "?"
    return f"{number}/{item.name.removeprefix('test_')}"


# pytest would take the function for a test wherever it is imported.
test_name.__test__ = False  # type: ignore[attr-defined]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Check the rules of a lab's tests, and keep those that were asked for.

    A test that breaks a rule becomes HARNESS-ERROR. If anything asked for does not exist, no test
    runs at all.
    """
    _mark_wrong(items)
    names = [test_name(item) for item in items]
    config.stash[_ALL_NAMES] = names
    only = os.environ.get(ONLY, "").split("\n") if os.environ.get(ONLY) else []
    if only:
        known = all(any(is_wanted(name, one) for name in names) for one in only)
        keep = [item for item in items
                if known and any(is_wanted(test_name(item), one) for one in only)]
        config.hook.pytest_deselected(items=[item for item in items if item not in keep])
        items[:] = keep
    config.stash[_CHOSEN] = {item.nodeid: test_name(item) for item in items}


def _mark_wrong(items: list[pytest.Item]) -> None:
    seen: dict[str, str] = {}
    for item in items:
        if _stage_of(item.path) is None:
            continue
        mark, name = _mark_of(item), test_name(item)
        if mark is None or len(mark.args) != 1 or not isinstance(mark.args[0], str):
            item.stash[_WRONG] = f'{item.nodeid} needs the mark @exercise("1.5")'
        elif set(mark.kwargs) - _EXERCISE_TAKES or mark.kwargs.get("weight", 1) <= 0:
            item.stash[_WRONG] = (f"{item.nodeid}: @exercise takes weight (above 0), read and "
                                  "also_before")
        elif name in seen:
            item.stash[_WRONG] = f"{item.nodeid} has the same name as {seen[name]}"
        else:
            try:
                exercise_key(mark.args[0])
            except HarnessError as error:
                item.stash[_WRONG] = f"{item.nodeid}: {error}"
        seen.setdefault(name, item.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _WRONG in item.stash:
        raise HarnessError(item.stash[_WRONG])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """End a test of a submission that takes too long, wherever it is."""
    seconds = seconds_left()
    if seconds is None or _stage_of(item.path) is None:
        yield
        return

    def too_late(*_: object) -> None:
        raise TimeIsUp("the time for this submission is over" if seconds < TEST_SECONDS else
                       f"the test did not end within {seconds:.0f} s")

    if seconds <= 0:
        too_late()
    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


# -- fixtures ---------------------------------------------------------------------------------


@pytest.fixture
def lab(request: pytest.FixtureRequest) -> Lab:
    """The paths of the stage under test."""
    stage = _stage_of(request.path)
    if stage is None:
        raise HarnessError(f"{request.path} is not below grading/NN-name")
    return Lab(stage)


@pytest.fixture
def machine(lab: Lab, request: pytest.FixtureRequest) -> Iterator[MachineFactory]:
    """Makes machines: `machine(app="hello", args="…")`. All are ended after the test."""
    factory = MachineFactory(lab, test_name(request.node))
    request.node.stash[_FACTORY] = factory
    yield factory
    factory.close()


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers, drawn anew in each run; SEED=… in the environment repeats a run."""
    return random.Random(f"{run_seed()} {test_name(request.node)}")


# -- verdicts ---------------------------------------------------------------------------------


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, None]:
    """Attach the verdict to the report of the phase that decides."""
    made = yield
    report: pytest.TestReport = made.get_result()
    if _stage_of(item.path) is None:
        return
    skipped = report.skipped or hasattr(report, "wasxfail")
    if report.when != "call" and not report.failed and not skipped:
        return
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, Standing):
        error = HarnessError(handover.STANDS)
    if skipped:
        error = HarnessError("a test of a lab may not be skipped or expected to fail")
    elif report.when == "teardown":
        error = HarnessError(f"the clean-up of the test failed: {error}")
    result = _judge(item, error)
    result.seconds = round(report.duration, 2)
    if report.when == "call":
        handover.note_end(_machines(item), result, error)
        handover.offer(_GRADING.parent, _machines(item), result, error)
    # Attributes of plain values travel from xdist's workers to the controller.
    setattr(report, "pagurus", asdict(result))
    report.user_properties += [("exercise", result.exercise), ("verdict", result.verdict)]


def _machines(item: pytest.Item) -> list[Machine]:
    factory = item.stash.get(_FACTORY, None)
    return factory.machines if factory else []


def _judge(item: pytest.Item, error: BaseException | None) -> TestResult:
    mark = _mark_of(item)
    number = str(mark.args[0]) if mark and mark.args else "?"
    machines = _machines(item)
    outcomes = [outcome for machine in machines for outcome in machine.outcomes]
    try:
        why = explain(number, error, outcomes)
    except HarnessError as wrong:  # the mark is no exercise
        why = Explanation(Verdict.HARNESS_ERROR, str(wrong))
    result = TestResult(test_name(item), number, why.verdict.value, _title(item),
                        hidden="hidden" in item.path.parts, seed=run_seed(),
                        place=f"{item.path.name}:{(item.location[1] or 0) + 1:05}")
    if mark is not None:
        result.weight = mark.kwargs.get("weight", 1)
        result.read = mark.kwargs.get("read") or ""
    if why.verdict is Verdict.PASS:
        if mark is not None and mark.kwargs.get("also_before"):
            _wait_for_the_exercise(item, result)
        return result
    hints = [machine.hint for machine in machines if machine.hint]
    if why.verdict in _MAYBE_NOT_DONE:
        empty = _empty_regions(item, number)
        if empty:
            result.verdict, why = Verdict.NOT_DONE.value, _not_done_either(empty[0], why)
    elif why.verdict is Verdict.NOT_DONE:
        why = replace(why, what=_with_region(item, why.what, outcomes))
    result.what, result.expected, result.found = why.what, why.expected, why.found
    result.reached = why.reached
    result.hint = why.hint or (hints[-1] if hints else None)
    if why.verdict is Verdict.HARNESS_ERROR and error is not None:
        result.detail = _trace(error)
    if why.verdict is not Verdict.NOT_DONE:
        ended = error.outcome.console if isinstance(error, MachineEnded) else ""
        console = ended or (machines[-1].console if machines else "")
        result.console = [line[:200] for line in panics.last_lines(console, _CONSOLE_LINES)]
    return result


def _trace(error: BaseException) -> str:
    """The traceback, of pytest's own frames only the last two, and only if there are no others."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_GRADING)]
    lines = traceback.format_list(ours or frames[-2:]) + traceback.format_exception_only(error)
    return "".join(lines)


# What a test may see of a machine in which a region is empty and cannot say so.
_MAYBE_NOT_DONE = (Verdict.FAIL, Verdict.PANIC, Verdict.TRIPLE_FAULT, Verdict.TIMEOUT)


def _regions_of(item: pytest.Item) -> list[regions.Region]:
    """The lab's regions. In a submission, markers may be damaged: those that are whole count."""
    stage = _stage_of(item.path)
    return list(regions.scan_folder(stage.path)[0].values()) if stage else []


def _empty_regions(item: pytest.Item, exercise: str) -> list[regions.Region]:
    """Those of an exercise that are still as they were handed out."""
    return [region for region in _regions_of(item) if region.exercise == exercise
            and regions.is_unsolved(region.body, region.file, region.placeholder)]


def _wait_for_the_exercise(item: pytest.Item, result: TestResult) -> None:
    """A pass of what holds before the exercise, too, counts when something of that is written."""
    empty = _empty_regions(item, result.exercise)
    if empty and len(empty) == sum(one.exercise == result.exercise for one in _regions_of(item)):
        result.verdict, result.what = Verdict.NOT_DONE.value, _words(empty[0])


def _words(region: regions.Region) -> str:
    return f"exercise {region.id} ({region.file}:{region.first}) is not done yet"


def _not_done_either(empty: regions.Region, why: Explanation) -> Explanation:
    """What a test met may be due to an empty region; it is told all the same."""
    return replace(why, verdict=Verdict.NOT_DONE, what=_words(empty),
                   reached=f"failed: {why.what}")


def _with_region(item: pytest.Item, what: str, outcomes: list[Outcome]) -> str:
    """The region that a TODO stands in, by the line that it has told; else what is known."""
    stage = _stage_of(item.path)
    todo = next((end for end in reversed(outcomes) if end.exercise), None)
    if stage is None or todo is None:
        return what
    file, _, line = todo.todo.removeprefix(f"{stage.place}/").rpartition(":")
    empty = _empty_regions(item, todo.exercise or "")
    for region in empty:
        if region.file == file and region.first < int(line) < region.last:
            return _words(region)
    return _words(empty[0]) if len(empty) == 1 else what


def _title(item: pytest.Item) -> str:
    text = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return text.strip().split("\n")[0].rstrip(".")


class _Collector:
    """In the controlling process: gathers the verdicts, and finds tests that gave none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: dict[str, dict[str, Any]] = {}
        self.names: set[str] = set()
        self.chosen: dict[str, str] = {}
        self.trouble: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        result = getattr(report, "pagurus", None)
        if result is not None:
            self.results[report.nodeid] = result
        elif report.failed and report.nodeid not in self.results:
            self.trouble.append(f"{report.nodeid}: {report.longreprtext[-500:]}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if not report.passed:
            self.trouble.append(f"{report.nodeid} cannot be collected: {report.longreprtext[-800:]}")

    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", {})
        self.names.update(output.get("pagurus_names", ()))
        self.chosen.update(output.get("pagurus_chosen", {}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.names.update(session.config.stash.get(_ALL_NAMES, []))
        self.chosen.update(session.config.stash.get(_CHOSEN, {}))
        for nodeid, name in self.chosen.items():
            if nodeid not in self.results:
                self.trouble.append(f"{name} was collected but gave no result")
        self.path.write_text(json.dumps({
            "tests": list(self.results.values()), "trouble": self.trouble,
            "names": sorted(self.names)}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker: tell the controlling process which tests there are."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["pagurus_names"] = session.config.stash.get(_ALL_NAMES, [])
        output["pagurus_chosen"] = session.config.stash.get(_CHOSEN, {})
