"""Results of a run: tests with their verdicts, points of exercises, and the files they go to."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pagurus.regions import Exercise
from pagurus.trees import write_file
from pagurus.verdict import Verdict, exercise_key


NO_SCORE = ("The grader itself failed, so this is no grade. It is not your mistake: run it again, and "
            "if it stays so, show it to your instructor.")


@dataclass
class TestResult:
    """One test: its verdict, and why if it is not PASS."""

    name: str  # "1.5/bss_is_zero"
    exercise: str
    verdict: str
    title: str = ""  # first line of its docstring
    weight: float = 1
    what: str = ""
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    detail: str | None = None
    reached: str | None = None  # of NOT-DONE: the check that had failed, or the function called
    console: list[str] = field(default_factory=list)  # the last lines
    read: str = ""  # where in the lab text
    seed: str = ""
    seconds: float = 0.0
    hidden: bool = False
    place: str = ""  # "test_1_5_elf.py:00049"; tests stand there in the order of the exercise's parts

    @property
    def passed(self) -> bool:
        return self.verdict == Verdict.PASS.value


@dataclass
class ExerciseResult:
    """One exercise: its points, what of them was earned, and its tests."""

    id: str
    title: str
    points: int
    tests: list[TestResult]

    @property
    def zeroed(self) -> bool:
        """An exercise with a TODO left earns nothing, whatever else passes."""
        return any(test.verdict == Verdict.NOT_DONE.value for test in self.tests)

    @property
    def unknown(self) -> bool:
        """The tools failed in a test, so that the points are those that are certain, at least."""
        return not self.zeroed and any(
            test.verdict == Verdict.HARNESS_ERROR.value for test in self.tests)

    @property
    def score(self) -> int:
        total = sum(Fraction(test.weight) for test in self.tests)
        earned = sum(Fraction(test.weight) for test in self.tests if test.passed)
        return 0 if self.zeroed or not total else int(self.points * earned / total)


@dataclass
class Grade:
    """All that a run found out about a lab."""

    lab: str  # "01-boot"
    exercises: list[ExerciseResult]
    seed: str = ""
    notes: list[str] = field(default_factory=list)  # changes outside the exercises
    trouble: list[str] = field(default_factory=list)  # faults of the tools, not of the student
    build_output: str = ""  # of a build that the student broke

    @property
    def score(self) -> int:
        return sum(exercise.score for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def tests(self) -> list[TestResult]:
        return [test for exercise in self.exercises for test in exercise.tests]

    @property
    def harness_failed(self) -> bool:
        broken = any(test.verdict == Verdict.HARNESS_ERROR.value for test in self.tests)
        return broken or bool(self.trouble)


def make_grade(lab: str, exercises: Iterable[Exercise], tests: Sequence[TestResult],
               seed: str = "", wanted: Iterable[str] | None = None) -> Grade:
    """Sort tests under their exercises; `wanted` limits the exercises that must have tests."""
    ids = set(wanted) if wanted is not None else None
    results: list[ExerciseResult] = []
    grade = Grade(lab, results, seed)
    known = set()
    for exercise in exercises:
        known.add(exercise.id)
        if ids is not None and exercise.id not in ids:
            continue
        own = sorted((test for test in tests if test.exercise == exercise.id),
                     key=lambda test: (test.place, test.name))
        results.append(ExerciseResult(exercise.id, exercise.text.rstrip("."), exercise.points,
                                      own))
        if not own:
            grade.trouble.append(f"exercise {exercise.id} has no test")
    results.sort(key=lambda result: exercise_key(result.id))
    for test in tests:
        if test.exercise not in known:
            grade.trouble.append(f"{test.name}: the lab has no exercise '{test.exercise}'")
    return grade


def gradescope(grade: Grade) -> dict[str, Any]:
    """The grade in the format of Gradescope's results.json, with our own fields beside.

    Where the tools failed there is no score at all, neither of the whole nor of a test: Gradescope
    then tells the instructor that the autograder failed, and no student gets too few points.
    """
    tests = []
    for exercise in grade.exercises:
        total = sum(test.weight for test in exercise.tests)
        for number, test in enumerate(exercise.tests, start=1):
            share = exercise.points * test.weight / total if total else 0
            earned = share if test.passed and not exercise.zeroed else 0
            tests.append({
                "name": test.name,
                "number": f"{exercise.id}.{number}",
                **({} if grade.harness_failed else {"score": round(earned, 2)}),
                "max_score": round(share, 2),
                "status": "passed" if test.passed else "failed",
                "output": explanation_text(test),
                "visibility": "after_published" if test.hidden else "visible",
                "verdict": test.verdict,
                "extra_data": {key: value for key, value in asdict(test).items()
                               if key not in ("name", "detail")},
            })
    return {
        **({} if grade.harness_failed else {"score": grade.score}),
        "max_score": grade.points,
        "output": "\n".join([*([NO_SCORE] if grade.harness_failed else []), *grade.notes, *grade.trouble, grade.build_output]).strip(),
        "visibility": "visible",
        "tests": tests,
        "exercises": [
            {"id": e.id, "title": e.title, "score": e.score, "points": e.points}
            | ({"unknown": True} if e.unknown else {})
            for e in grade.exercises
        ],
        "extra_data": {
            "lab": grade.lab, "seed": grade.seed, "harness_error": grade.harness_failed,
            "score_at_least": grade.score,
            "changes_outside_exercises": grade.notes, "trouble": grade.trouble,
            "build_output": grade.build_output,
        },
    }


def explanation_text(test: TestResult) -> str:
    """The parts of an explanation, one a line."""
    lines = [f"{test.verdict}: {test.what}" if test.what else test.verdict]
    for label, value in (("before", test.reached), ("expected", test.expected), ("found", test.found),
                         ("hint", test.hint), ("read", test.read)):
        if value:
            lines.append(f"{label}: {value}")
    return "\n".join(lines)


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file whole or not at all."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + os.linesep
    write_file(path, text.encode(errors="backslashreplace"))
