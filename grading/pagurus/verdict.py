"""What the grader says of a test, and how it gets there from what the test met."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pagurus import panics
from pagurus.outcome import Kind, Outcome


_SHOWN = 200  # characters of what was expected or found; more than a line or two nobody compares


class Verdict(str, Enum):
    """The word that stands behind a test."""

    PASS = "PASS"
    FAIL = "FAIL"
    PANIC = "PANIC"
    TRIPLE_FAULT = "TRIPLE-FAULT"
    TIMEOUT = "TIMEOUT"
    NOT_DONE = "NOT-DONE"
    HARNESS_ERROR = "HARNESS-ERROR"


class HarnessError(Exception):
    """The tools failed, not the student: no QEMU, a test that asks for what does not exist."""


class Words(str):
    """Text that a report shows as it is, without quotes."""


class CheckFailed(Exception):
    """A check of a test failed: what was checked, what was expected, what was found."""

    def __init__(self, label: str, expected: Any = None, found: Any = None,
                 hint: str | None = None) -> None:
        super().__init__(label)
        self.label = label
        self.expected = expected
        self.found = found
        self.hint = hint


class MachineEnded(Exception):
    """The machine ended (or stopped) in another way than the test needs."""

    def __init__(self, outcome: Outcome, wanted: str) -> None:
        super().__init__(f"wanted: {wanted}; instead: {outcome.text}")
        self.outcome = outcome
        self.wanted = wanted


class CallFailed(MachineEnded):
    """A function called by Machine.call did not return."""

    def __init__(self, outcome: Outcome, function: str) -> None:
        function = function.rpartition(":")[2]
        super().__init__(outcome, f"{function}() returns")
        self.function = function


class TimeIsUp(Exception):
    """A test took too long, or too long was taken before it."""


@dataclass(frozen=True)
class Explanation:
    """Why a test did not pass, in the parts that a report shows."""

    verdict: Verdict
    what: str  # one sentence
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    detail: str | None = None  # only for HARNESS-ERROR: the traceback
    reached: str | None = None  # only for NOT-DONE: how far the test had come


def exercise_key(exercise: str) -> tuple[int, int]:
    """Numeric order of exercises: 1.10 comes after 1.9; letters of regions do not count."""
    match = re.fullmatch(r"(\d+)\.(\d+)[a-z]?", exercise)
    if not match:
        raise HarnessError(f"'{exercise}' is no exercise; write 1.5")
    return int(match[1]), int(match[2])


def is_not_done(exercise: str, todo: str) -> bool:
    """Whether reaching this TODO makes a test of `exercise` NOT-DONE.

    Tests need only their own exercise and earlier ones. The TODO of a later exercise is an
    ordinary end of the machine for them.
    """
    try:
        return exercise_key(todo) <= exercise_key(exercise)
    except HarnessError:
        return False  # the guest wrote nonsense behind `todo`


_OF_KIND = {
    Kind.PANIC: Verdict.PANIC,
    Kind.TRIPLE_FAULT: Verdict.TRIPLE_FAULT,
    Kind.TIMEOUT: Verdict.TIMEOUT,
    Kind.QEMU_DIED: Verdict.HARNESS_ERROR,
}


def verdict_of(exercise: str, error: BaseException | None, outcomes: Iterable[Outcome]) -> Verdict:
    """The verdict of a test from how it ended and how all its machines ended."""
    ends = [*outcomes, *([error.outcome] if isinstance(error, MachineEnded) else [])]
    if any(end.kind is Kind.QEMU_DIED for end in ends):
        return Verdict.HARNESS_ERROR
    if any(end.exercise and is_not_done(exercise, end.exercise) for end in ends):
        return Verdict.NOT_DONE
    if error is None:
        return Verdict.PASS
    if isinstance(error, MachineEnded):
        return _OF_KIND.get(error.outcome.kind, Verdict.FAIL)
    if isinstance(error, TimeIsUp):
        return Verdict.TIMEOUT
    if isinstance(error, (CheckFailed, AssertionError)):
        return Verdict.FAIL
    return Verdict.HARNESS_ERROR


def explain(exercise: str, error: BaseException | None, outcomes: list[Outcome]) -> Explanation:
    """The verdict with its reasons, as far as the exception knows them."""
    verdict = verdict_of(exercise, error, outcomes)
    if verdict is Verdict.PASS:
        return Explanation(verdict, "")
    if verdict is Verdict.NOT_DONE:
        todo = next((end.exercise for end in outcomes
                     if end.exercise and is_not_done(exercise, end.exercise)), exercise)
        return not_done(f"exercise {todo} is not done yet", error)
    if isinstance(error, MachineEnded):
        text = panics.in_words(error.outcome)
        return Explanation(verdict, text, error.wanted, text)
    if isinstance(error, CheckFailed):
        plain = error.expected is None and error.found is None
        return Explanation(verdict, error.label, None if plain else show(error.expected),
                           None if plain else show(error.found), error.hint)
    if isinstance(error, TimeIsUp):
        return Explanation(verdict, str(error))
    if isinstance(error, AssertionError):
        return Explanation(verdict, str(error).strip() or "an assertion of the test failed")
    died = next((end.text for end in outcomes if end.kind is Kind.QEMU_DIED), None)
    kind = "" if isinstance(error, HarnessError) else f"{type(error).__name__}: "
    return Explanation(Verdict.HARNESS_ERROR, died or f"{kind}{error}")


def not_done(what: str, error: BaseException | None) -> Explanation:
    """NOT-DONE, and the check that had failed all the same, or the call that came to the place."""
    if isinstance(error, CheckFailed):
        plain = error.expected is None and error.found is None
        return Explanation(
            Verdict.NOT_DONE, what, None if plain else show(error.expected),
            None if plain else show(error.found), error.hint, reached=f"failed: {error.label}")
    if isinstance(error, CallFailed):
        return Explanation(Verdict.NOT_DONE, what, reached=f"called: {error.function}()")
    return Explanation(Verdict.NOT_DONE, what)


def show(value: Any) -> str:
    """A value as a report shows it: addresses in hex; of long texts the beginning and the end, of
    many values the first ones."""
    if isinstance(value, bool) or value is None:
        text = {True: "yes", False: "no", None: "nothing"}[value]
    elif isinstance(value, Words):
        text = str(value)
    elif isinstance(value, int):
        text = str(value) if -1024 < value < 1024 else f"{value:#x}"
    elif isinstance(value, (str, bytes)):
        text = repr(value)
    elif isinstance(value, (list, tuple)) and len(str(value)) > _SHOWN:
        return _first_ones(value)
    else:
        text = str(value)
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN - 60]} … {text[-40:]} ({len(text) - _SHOWN + 20} more characters)"


def _first_ones(values: Sequence[Any]) -> str:
    """As many of them as there is room for."""
    text = repr(values[0])[:_SHOWN - 20]
    for number, value in enumerate(values[1:], start=1):
        if len(text) + len(repr(value)) > _SHOWN - 20:
            return f"[{text}, … ({len(values) - number} more)]"
        text += f", {value!r}"
    return f"[{text}]"
