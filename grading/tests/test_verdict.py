"""From what a test met to its verdict."""

import pytest

from pagurus import panics
from pagurus.checks import check, check_that, fail
from pagurus.outcome import Kind, Outcome, Place
from pagurus.verdict import (
    CallFailed, CheckFailed, HarnessError, MachineEnded, Verdict, exercise_key, explain,
    is_not_done, show, verdict_of,
)


def ended(kind: Kind, exercise: str | None = None) -> Outcome:
    return Outcome(kind, kind.value, exercise=exercise)


@pytest.mark.parametrize("kind, verdict", [
    (Kind.EXIT, Verdict.FAIL), (Kind.REFUSED, Verdict.FAIL), (Kind.BARE_EXIT, Verdict.FAIL),
    (Kind.NO_BOOT, Verdict.FAIL), (Kind.BREAKPOINT, Verdict.FAIL), (Kind.PANIC, Verdict.PANIC),
    (Kind.TRIPLE_FAULT, Verdict.TRIPLE_FAULT), (Kind.TIMEOUT, Verdict.TIMEOUT),
    (Kind.QEMU_DIED, Verdict.HARNESS_ERROR),
])
def test_ends_that_a_test_did_not_want(kind: Kind, verdict: Verdict) -> None:
    assert verdict_of("1.3", MachineEnded(ended(kind), "more"), []) is verdict
    assert verdict_of("1.3", CallFailed(ended(kind), "f"), []) is verdict


@pytest.mark.parametrize("error, verdict", [
    (None, Verdict.PASS), (AssertionError(), Verdict.FAIL), (CheckFailed("x"), Verdict.FAIL),
    (HarnessError("x"), Verdict.HARNESS_ERROR), (KeyError("x"), Verdict.HARNESS_ERROR),
    (TimeoutError(), Verdict.HARNESS_ERROR),
])
def test_exceptions(error: BaseException | None, verdict: Verdict) -> None:
    assert verdict_of("1.3", error, []) is verdict


@pytest.mark.parametrize("own, todo, not_done", [
    ("1.3", "1.3", True), ("1.3", "1.2", True), ("1.3", "1.4", False), ("1.10", "1.9", True),
    ("1.9", "1.10", False), ("2.1", "1.7", True), ("1.7", "2.1", False), ("1.5", "1.5b", True),
    ("1.5", "soon", False),
])
def test_which_todo_makes_not_done(own: str, todo: str, not_done: bool) -> None:
    assert is_not_done(own, todo) is not_done
    outcomes = [ended(Kind.TODO, todo)]
    for error in (CheckFailed("x"), MachineEnded(outcomes[0], "more"), KeyError("x"), None):
        verdict = verdict_of(own, error, outcomes)
        assert (verdict is Verdict.NOT_DONE) is not_done


def test_a_todo_of_a_later_exercise_is_no_excuse() -> None:
    assert verdict_of("1.3", MachineEnded(ended(Kind.TODO, "1.4"), "x"), []) is Verdict.FAIL


def test_a_dead_qemu_is_never_the_students_fault() -> None:
    outcomes = [ended(Kind.TODO, "1.1"), ended(Kind.QEMU_DIED)]
    assert verdict_of("1.3", CheckFailed("x"), outcomes) is Verdict.HARNESS_ERROR


def test_numeric_order_of_exercises() -> None:
    assert sorted(["1.10", "1.9", "2.1", "1.1"], key=exercise_key) == ["1.1", "1.9", "1.10", "2.1"]
    with pytest.raises(HarnessError, match="'five' is no exercise"):
        exercise_key("five")


def test_explanations() -> None:
    why = explain("1.3", CheckFailed("the answer", 42, 0x10000, "think"), [])
    assert (why.what, why.expected, why.found, why.hint) == ("the answer", "42", "0x10000", "think")
    why = explain("1.3", MachineEnded(ended(Kind.PANIC), "it goes on"), [])
    assert (why.verdict, why.expected, why.found) == (Verdict.PANIC, "it goes on", "panic")
    why = explain("1.3", CheckFailed("x"), [ended(Kind.TODO, "1.2")])
    assert why.what == "exercise 1.2 is not done yet"
    assert explain("1.3", KeyError("k"), []).what == "KeyError: 'k'"


def test_not_done_tells_how_far_a_test_came() -> None:
    todo = ended(Kind.TODO, "1.2")
    why = explain("1.3", CheckFailed("the sum", 3, 4), [todo])
    assert (why.reached, why.expected, why.found) == ("failed: the sum", "3", "4")
    why = explain("1.3", CallFailed(todo, "image:page_map"), [todo])
    assert (why.reached, why.expected) == ("called: page_map()", None)
    assert explain("1.3", MachineEnded(todo, "more"), [todo]).reached is None


REPORT = """cause: write to address 0x10: null pointer in `store`
fault: page fault (#PF), vector 14
error code 0x0002: write to an absent page
cr2 0x0000000000000010
rip 0x0000000000001234 store+0x4
rax 0x0000000000000001 rbx 0x0000000000000002
r8  0x0000000000000000 r9  0x0000000000000000
r12 0x0000000000000000 r13 0x0000000000000000
cs  0x0008 ss  0x0000 rflags 0x0000000000000006
cr0 0x0000000080010033 cr3 0x0000000000181000
backtrace:
  0x0000000000001234 store+0x4
"""
STORE = Place(0x1234, "store", 4, "a.c:7")


@pytest.mark.parametrize("console, words", [
    ("hello\n" + REPORT, "page fault (#PF): write to an absent page at 0x10"),
    ("hello\nfault: page fault (#PF), vector 14\n", "page fault (#PF)"),
    ("", "page fault (#PF)"),
])
def test_a_fault_in_one_sentence(console: str, words: str) -> None:
    outcome = Outcome(Kind.PANIC, "kernel panic: page fault (#PF) 14 at 0x1234", where=STORE,
                      console=console, reports=["panic page fault (#PF) 14 at 0x1234"])
    why = explain("1.3", MachineEnded(outcome, "more"), [outcome])
    assert why.what == why.found == f"kernel panic: {words}, at store+0x4 (a.c:7)"


def test_other_panics_stay_as_they_are() -> None:
    outcome = Outcome(Kind.PANIC, "kernel panic: no memory", reports=["panic no memory"],
                      where=STORE, console=REPORT)
    assert explain("1.3", MachineEnded(outcome, "more"), []).what == "kernel panic: no memory"


def test_of_a_fault_report_the_lines_that_tell_most() -> None:
    lines = panics.last_lines("a\n" * 50 + REPORT, 12)
    assert [line.split()[0] for line in lines] == [
        "cause:", "fault:", "error", "cr2", "backtrace:", "0x0000000000001234"]
    assert len(panics.last_lines("a\n" * 50 + REPORT + "  0x1 ?\n" * 50, 12)) == 12
    assert panics.last_lines("a\n" * 50 + "b", 2) == ["a", "b"]


@pytest.mark.parametrize("value, text", [
    (7, "7"), (-1, "-1"), (4096, "0x1000"), (True, "yes"), (None, "nothing"), ("a\n", r"'a\n'"),
    (b"\0", r"b'\x00'"), ([1], "[1]"),
])
def test_values_in_reports(value: object, text: str) -> None:
    assert show(value) == text


def test_long_values_are_cut_in_the_middle() -> None:
    text = show("x" * 5000 + "end")
    assert len(text) < 220 and text.endswith("end' (4825 more characters)")


def test_of_many_values_the_first_ones_are_shown() -> None:
    text = show(list(range(1000)))
    assert text.startswith("[0, 1, 2, ") and len(text) <= 210
    shown = text[1:].split(", …")[0].split(", ")
    assert text.endswith(f", … ({1000 - len(shown)} more)]")
    assert len(show(["x" * 1000])) < 220
    assert show([1, 2]) == "[1, 2]"


def test_check_helpers() -> None:
    check("equal", 1, 1)
    check_that("small", True, "below 5", 3)
    with pytest.raises(CheckFailed) as failed:
        check("equal", 1, 2, hint="count")
    assert (failed.value.expected, failed.value.found, failed.value.hint) == (1, 2, "count")
    with pytest.raises(CheckFailed) as failed:
        check_that("small", False, "below 5", 7)
    assert show(failed.value.expected) == "below 5"
    with pytest.raises(CheckFailed, match="it is broken"):
        fail("it is broken")
