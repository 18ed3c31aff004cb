"""The grade as a student reads it: a line an exercise, why tests failed, and the score."""

from collections.abc import Iterable, Iterator

from pagurus.results import NO_SCORE, ExerciseResult, Grade, TestResult
from pagurus.verdict import Verdict

_WIDTH = 64


def printable(line: str) -> str:
    """A line that moves no cursor and changes no colour, whatever a student's code put into it."""
    return "".join(c if c.isprintable() else "    " if c == "\t" else
                   f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{ord(c):04x}" for c in line)


def report(grade: Grade, full: bool, single: bool = False) -> Iterator[str]:
    """The lines to print. `full` explains every failed test at length.

    single: only some tests were run (`make test`), so there is no score to tell.
    """
    return map(printable, _report(grade, full, single))


def _report(grade: Grade, full: bool, single: bool) -> Iterator[str]:
    for note in _section("Changes outside of the exercises:", grade.notes):
        yield note
    if grade.build_output:
        yield from _broken_build(grade)
        return
    for exercise in grade.exercises:
        if not single:
            yield _line(exercise)
        else:
            yield from (f"{test.verdict:<13} {_named(test)}" for test in exercise.tests)
    failed = [exercise for exercise in grade.exercises
              if any(not test.passed for test in exercise.tests)]
    all_new = bool(grade.tests) and all(
        test.verdict == Verdict.NOT_DONE.value for test in grade.tests)
    if all_new and not single:
        yield ""
        yield ("Nothing is done yet, and that is fine: start with exercise "
               f"{grade.exercises[0].id} (labs/{grade.lab}/README.md tells how).")
    else:
        for number, exercise in enumerate(failed):
            yield from _explain(exercise, grade, full or single or number == 0)
    yield ""
    yield from _section("The grader itself had trouble (not your mistake):", grade.trouble)
    if single:
        passed = sum(test.passed for test in grade.tests)
        yield f"{passed} of {len(grade.tests)} tests passed"
    elif grade.harness_failed:
        yield f"Score: none, at least {grade.score}/{grade.points}"
    else:
        yield f"Score: {grade.score}/{grade.points}"
    if grade.harness_failed:
        yield NO_SCORE


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield title
        yield from (f"  {line}" for text in lines for line in text.splitlines())
        yield ""


def _broken_build(grade: Grade) -> Iterator[str]:
    yield "The lab does not compile:"
    yield ""
    yield from (f"  {line}" for line in grade.build_output.splitlines())
    yield ""
    yield f"Score: 0/{grade.points}"


def _line(exercise: ExerciseResult) -> str:
    head = f"{exercise.id:<5}{exercise.title} "
    if len(head) > _WIDTH - 3:
        head = head[:_WIDTH - 5].rstrip() + "… "
    points = f"{'?' if exercise.unknown else exercise.score}/{exercise.points}"
    dots = "." * (_WIDTH - len(head))
    return f"{head}{dots} {points:>5}{_remark(exercise)}"


def _remark(exercise: ExerciseResult) -> str:
    failed = [test.verdict for test in exercise.tests if not test.passed]
    if not exercise.tests:
        return "  no test was run"
    if not failed:
        return ""
    if all(verdict == Verdict.NOT_DONE.value for verdict in failed):
        return "  NOT-DONE"
    broken = failed.count(Verdict.HARNESS_ERROR.value)
    if broken:
        return f"  the grader itself failed in {broken} of {len(exercise.tests)} tests"
    return f"  {len(failed)} of {len(exercise.tests)} tests failed"


def _explain(exercise: ExerciseResult, grade: Grade, full: bool) -> Iterator[str]:
    failed = [test for test in exercise.tests if not test.passed]
    if all(test.verdict == Verdict.NOT_DONE.value for test in failed):
        todo = sorted({test.what for test in failed})
        yield ""
        yield f"{exercise.id}  NOT-DONE: {'; '.join(todo)}"
        if full:
            yield from _reached(failed, grade.lab)
        return
    for test in failed:
        if full:
            yield ""
            yield from explain_test(test, grade.lab)
        else:
            yield f"{test.verdict:<13} {test.name}: {_shorten(test.what)}"


def _reached(failed: list[TestResult], stage: str) -> Iterator[str]:
    """How far tests came that are NOT-DONE: checks that failed before, and functions called."""
    for test in failed:
        if test.reached and test.reached.startswith("failed: "):
            yield ""
            yield from explain_test(test, stage)
    for test in failed:
        if test.reached and test.reached.startswith("called: "):
            yield f"    {test.name} came to the call of {test.reached.removeprefix('called: ')}"


def explain_test(test: TestResult, stage: str) -> Iterator[str]:
    """Why one test failed, what to read, and how to run and debug it alone."""
    yield f"{test.verdict:<13} {_named(test)}"
    lab = stage[:2]
    rows: list[tuple[str, str]] = [("", test.what)]
    # A machine's end is told once: it is both what is wrong and what was found.
    found = None if test.found == test.what else test.found
    rows += [(label, text) for label, text in (
        ("before", test.reached), ("expected", test.expected), ("found", found), ("hint", test.hint)) if text]
    if test.detail:
        rows += [("trace", line) for line in test.detail.rstrip().splitlines()]
    if test.console:
        rows += [("console", f"| {line}") for line in test.console]
    if test.verdict != Verdict.HARNESS_ERROR.value:
        rows.append(("read", where_to_read(test, stage)))
    rows.append(("alone", f"make test LAB={lab} T='{test.name}' SEED={test.seed}"))
    rows.append(("debug", f"make gdb LAB={lab} T='{test.name}' SEED={test.seed}"))
    last = None
    for label, text in rows:
        for line in text.splitlines() or [""]:
            yield f"    {label if label != last else '':<9} {line}".rstrip()
            last = label


def _named(test: TestResult) -> str:
    return f"{test.name} ({test.title})" if test.title else test.name


def where_to_read(test: TestResult, lab: str) -> str:
    """The place in the lab text that a failed test points to."""
    section = test.read or f"Exercise {test.exercise}"
    return f"labs/{lab}/README.md, \"{section}\""


def _shorten(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= 100 else f"{line[:97]}…"
