"""The verbs grade and test, on a toy lab: points, reports, exit statuses, whose fault it was."""

import json
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from toy_lab import TESTS, ToyLab


@pytest.fixture
def toy(tmp_path: Path) -> ToyLab:
    return ToyLab(tmp_path / "tree")


def report_of(toy: ToyLab) -> dict[str, Any]:
    return json.loads((toy.root / "build/grade/01-toy.json").read_text())


def verdicts(toy: ToyLab) -> dict[str, str]:
    return {test["name"]: test["verdict"] for test in report_of(toy)["tests"]}


def test_solution_gets_full_marks(toy: ToyLab) -> None:
    done = toy.run("grade", "01")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("1.1  say something ..") and lines[0].endswith(" 10/10")
    assert lines[-1] == "Score: 30/30"
    report = report_of(toy)
    assert (report["score"], report["max_score"]) == (30, 30)
    assert [exercise["score"] for exercise in report["exercises"]] == [10, 20]
    scores = {test["name"]: (test["score"], test["max_score"]) for test in report["tests"]}
    assert scores == {"1.1/says_something": (10, 10), "1.2/ends": (15, 15), "1.2/random": (5, 5)}
    assert {test["status"] for test in report["tests"]} == {"passed"}
    cases = xml.etree.ElementTree.parse(toy.root / "build/grade/01-toy.xml").iter("testcase")
    assert len(list(cases)) == 3


def test_starter_gets_nothing_and_a_kind_word(toy: ToyLab) -> None:
    toy.solve(e1_1='TODO "1.1"', e1_2='TODO "1.2"')
    toy.write("grading/01-toy/test_toy.py", TESTS.split('@exercise("1.2")')[0])
    done = toy.run("grade", "01")
    assert done.returncode == 1, done.stdout + done.stderr
    assert set(verdicts(toy).values()) == {"NOT-DONE"}
    assert "Nothing is done yet, and that is fine: start with exercise 1.1" in done.stdout
    assert done.stdout.endswith("Score: 0/30\n")


def test_an_exercise_with_a_todo_left_earns_nothing(toy: ToyLab) -> None:
    toy.solve(e1_2='TODO "1.2"')
    done = toy.run("grade", "01")
    assert verdicts(toy) == {
        "1.1/says_something": "PASS", "1.2/ends": "NOT-DONE", "1.2/random": "PASS"}
    assert done.stdout.endswith("Score: 10/30\n")
    assert re.search(r"1\.2  NOT-DONE: exercise 1\.2 \(loader\.asm:\d+\) is not done", done.stdout)
    assert done.returncode == 1


def test_a_failed_test_is_explained(toy: ToyLab) -> None:
    toy.solve(e1_1='REPORT "ok 1 - nothing"', e1_2='REPORT "pagurus: exit 1"\nDEBUG_EXIT 1')
    done = toy.run("grade", "01", SEED="77")
    assert done.returncode == 1
    text = done.stdout
    for line in (
        "FAIL          1.1/says_something (The machine says something)",
        "what it says",
        "expected  ['ok 1 - something']",
        "found     ['ok 1 - nothing']",
        "hint      REPORT says it",
        'read      labs/01-toy/README.md, "Saying something"',
        "alone     make test LAB=01 T='1.1/says_something' SEED=77",
        "debug     make gdb LAB=01 T='1.1/says_something' SEED=77",
        "FAIL          1.2/ends: the exit status of the program",
    ):
        assert line in text
    assert "expected  42" not in text, "only the first failing exercise is explained in full"
    assert "Score: 5/30" in text
    assert "expected  42" in toy.run("grade", "01", V="1").stdout


def test_a_file_that_does_not_compile_scores_0(toy: ToyLab) -> None:
    toy.solve(e1_2="nonsense eax")
    done = toy.run("grade", "01")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "labs/01-toy/loader.asm:" in done.stdout and "error" in done.stdout
    assert "(in exercise 1.2)" in done.stdout
    assert done.stdout.endswith("Score: 0/30\n")
    assert report_of(toy)["score"] == 0
    assert set(verdicts(toy).values()) == {"FAIL"}


def test_a_build_broken_elsewhere_is_no_students_fault(toy: ToyLab) -> None:
    toy.write("Makefile", "build:\n\tfalse\n")
    done = toy.run("grade", "01")
    assert done.returncode == 3
    assert "The grader itself had trouble (not your mistake):" in done.stdout
    assert "the build is broken outside of the exercises" in done.stdout
    assert report_of(toy)["extra_data"]["harness_error"] is True


def test_no_qemu_is_no_students_fault(toy: ToyLab) -> None:
    done = toy.run("grade", "01", QEMU="qemu-that-nobody-has")
    assert done.returncode == 3
    assert verdicts(toy)["1.2/ends"] == "HARNESS-ERROR"
    assert "cannot start qemu-that-nobody-has" in done.stdout
    assert "Score: none, at least 5/30\nThe grader itself failed, so this is no grade." in done.stdout


def test_a_harness_error_is_no_grade(toy: ToyLab) -> None:
    """One test of three breaks: no score is told, neither here nor to Gradescope."""
    toy.write("grading/01-toy/test_toy.py", TESTS.replace("rng.random()", "rng.no_such_method()"))
    done = toy.run("grade", "01")
    assert done.returncode == 3, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[1].endswith("  ?/20  the grader itself failed in 1 of 2 tests")
    assert "Score: none, at least 25/30" in lines
    assert "HARNESS-ERROR 1.2/random" in done.stdout and "no_such_method" in done.stdout
    report = report_of(toy)
    assert "score" not in report and report["extra_data"]["score_at_least"] == 25
    assert not any("score" in test for test in report["tests"])
    assert report["output"].startswith("The grader itself failed")
    assert [exercise.get("unknown", False) for exercise in report["exercises"]] == [False, True]
    single = toy.run("test", "01", "1.2/random")
    assert single.returncode == 3 and "The grader itself failed" in single.stdout
    whole = toy.run("grade")
    assert whole.returncode == 3 and "Score: none, at least" in whole.stdout


BROKEN_TESTS = '''
import pytest
from pagurus.checks import exercise

@exercise("1.1")
def test_skips():
    pytest.skip("not today")

@exercise("1.1")
@pytest.mark.xfail
def test_xfails():
    assert False

@exercise("1.1")
@pytest.mark.xfail
def test_xpasses():
    pass

@exercise("1.1")
def test_has_a_bug():
    {}["key"]

def test_unmarked():
    pass

@exercise(1.1)
def test_badly_marked():
    pass

@exercise("1.1")
def test_asks_for_what_is_not_there(no_such_fixture):
    pass

@exercise("1.1")
def test_fine():
    pass

@exercise("1.1")
def test_kills_its_worker(lab):
    import os
    os._exit(1)

class TestTwice:
    @exercise("1.1")
    def test_fine(self):
        pass
'''


def test_tests_that_break_the_rules_never_pass(toy: ToyLab) -> None:
    toy.write("grading/01-toy/test_broken.py", BROKEN_TESTS)
    done = toy.run("grade", "01")
    assert done.returncode == 3
    report = report_of(toy)
    trouble = "\n".join(report["extra_data"]["trouble"])
    found = {(test["name"], test["verdict"]) for test in report["tests"]}
    for name in ("skips", "xfails", "xpasses", "has_a_bug", "asks_for_what_is_not_there",
                 "badly_marked"):
        assert (f"1.1/{name}", "HARNESS-ERROR") in found
    assert ("1.1/fine", "PASS") in found and ("1.1/fine", "HARNESS-ERROR") in found
    assert "unmarked" in trouble
    assert "test_kills_its_worker" in trouble
    assert ("1.2/ends", "PASS") in found


def test_a_test_file_that_cannot_be_imported(toy: ToyLab) -> None:
    toy.write("grading/01-toy/test_broken.py", "import nothing_like_that\n")
    done = toy.run("grade", "01")
    assert done.returncode == 3
    assert "nothing_like_that" in done.stdout


def test_an_exercise_without_a_test(toy: ToyLab) -> None:
    toy.write("grading/01-toy/test_toy.py", TESTS.split('@exercise("1.2"')[0])
    done = toy.run("grade", "01")
    assert done.returncode == 3
    assert "exercise 1.2 has no test" in done.stdout


def test_single_tests(toy: ToyLab) -> None:
    out = toy.root / "out.json"
    done = toy.run("test", "01", "1.2/ends", "--json", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0] == "PASS          1.2/ends"
    assert [test["name"] for test in json.loads(out.read_text())["tests"]] == ["1.2/ends"]
    assert not (toy.root / "build/grade/01-toy.json").exists(), "no grade from a part of the tests"
    done = toy.run("test", "01", "1.2", "1.1/says_something")
    assert "3 of 3 tests passed" in done.stdout


@pytest.mark.parametrize("arguments, message", [
    (("test", "01", "1.2/end"), "no test '1.2/end'; close to it: 1.2/ends"),
    (("test", "01", "1.3"), "no exercise '1.3'; there are: 1.1 1.2"),
    (("test", "07"), "no lab '07'; there are: 01-toy"),
    (("grade", "07"), "no lab '07'; there are: 01-toy"),
    (("grade", "01", "02"), "'02' is one argument too many"),
    (("grade", "--json"), "grade: --json needs a value"),
    (("grade", "--fast"), "grade: unknown option '--fast'"),
    (("grade", "--isolate"), "--isolate judges a submission"),
    (("grade", "--submission", "nowhere"), "nowhere is not a folder"),
])
def test_wrong_calls(toy: ToyLab, arguments: tuple[str, ...], message: str) -> None:
    done = toy.run(*arguments)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr and done.stderr.count("\n") == 1


def test_seed_repeats_and_varies(toy: ToyLab) -> None:
    toy.write("grading/01-toy/test_toy.py", '''
from pagurus.checks import exercise, fail

@exercise("1.1")
def test_draws(rng):
    fail(str(rng.random()))

@exercise("1.2")
def test_draws_too(rng):
    fail(str(rng.random()))
''')

    def draw(**variables: str) -> list[str]:
        toy.run("grade", "01", "--no-build", **variables)
        return [test["extra_data"]["what"] for test in report_of(toy)["tests"]]

    one, again, other = draw(SEED="5"), draw(SEED="5"), draw()
    assert one == again != other
    assert one[0] != one[1], "each test draws its own numbers"


def test_what_holds_before_an_exercise_counts_when_something_of_it_is_written(toy: ToyLab) -> None:
    toy.write("grading/01-toy/test_toy.py", '''
from pagurus.checks import exercise

@exercise("1.1", also_before=True)
def test_holds(rng):
    assert rng.random() != 2
''')

    def verdict(**bodies: str) -> str:
        toy.solve(**bodies)
        toy.run("grade", "01", "--no-build")
        return report_of(toy)["tests"][0]["extra_data"]["verdict"]

    assert verdict(e1_1='TODO "1.1"') == "NOT-DONE"
    assert verdict(e1_1="nop") == "PASS"


def submitted(toy: ToyLab, folder: Path, **bodies: str) -> str:
    """A student's folder with these bodies; the tree itself stays the solution."""
    toy.solve(**bodies)
    path = folder / "labs/01-toy/loader.asm"
    path.parent.mkdir(parents=True)
    path.write_text((toy.root / "labs/01-toy/loader.asm").read_text() + "; mine\n")
    toy.solve()
    return str(folder)


def test_submission(toy: ToyLab, tmp_path: Path) -> None:
    folder = submitted(toy, tmp_path / "ada", e1_1='REPORT "no"')
    done = toy.run("grade", "01", "--submission", folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.startswith("Changes outside of the exercises:\n")
    assert "  loader.asm:28: changed outside of the exercises\n" in done.stdout
    assert "Score: 20/30" in done.stdout
    report = json.loads((toy.root / "build/submissions/ada.json").read_text())
    assert report["score"] == 20
    assert not (toy.root / "build/grade/01-toy.json").exists(), "the tree's own grade is not touched"


def test_submission_isolated(toy: ToyLab, tmp_path: Path) -> None:
    folder = submitted(toy, tmp_path / "bob", e1_1="jmp $", e1_2='REPORT "pagurus: exit 42"\nDEBUG_EXIT 42')
    done = toy.run("grade", "01", "--submission", folder)
    assert "Score: 0/30" in done.stdout or "Score: 5/30" in done.stdout
    done = toy.run("grade", "01", "--submission", folder, "--isolate")
    assert "TIMEOUT" in done.stdout and "Score: 20/30" in done.stdout
    assert done.returncode == 1


def test_submission_that_does_not_compile(toy: ToyLab, tmp_path: Path) -> None:
    folder = submitted(toy, tmp_path / "eve", e1_1="oh no")
    done = toy.run("grade", "01", "--submission", folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "does not compile" in done.stdout and "Score: 0/30" in done.stdout
    isolated = toy.run("grade", "01", "--submission", folder, "--isolate")
    assert isolated.returncode == 1 and "Score: 20/30" in isolated.stdout


def test_all_stages(toy: ToyLab) -> None:
    done = toy.run("grade")
    assert done.stdout.endswith("Score: 30/30\n") and done.returncode == 0


@pytest.mark.parametrize("body", ['REPORT "no"', "times 40000000 db 0", "oh no"])
@pytest.mark.parametrize("options", [[], ["--isolate"]])
def test_a_graded_submission_leaves_its_report(toy: ToyLab, tmp_path: Path, body: str,
                                               options: list[str]) -> None:
    folder = submitted(toy, tmp_path / "ada", e1_1=body)
    assert toy.run("grade", "01", "--submission", folder, *options).returncode == 1
    assert [one.name for one in (toy.root / "build/submissions").iterdir()] == ["ada.json"]


# -- what a student does to the grader ----------------------------------------------------------


def graded(toy: ToyLab, folder: str, *options: str, **variables: str) -> tuple[str, dict[str, Any]]:
    """Grade a submission, whose grade must be there, and whose faults must be nobody else's."""
    done = toy.run("grade", "01", "--submission", folder, *options, **variables)
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((toy.root / f"build/submissions/{Path(folder).name}.json").read_text())
    assert not report["extra_data"]["harness_error"] and not report["extra_data"]["trouble"]
    return done.stdout, report


@pytest.mark.parametrize("old, new", [
    ("; EXERCISE 1.1 (10 points): say", "; EXERCISE 1.1 10 points: \udcff say"),
    ("; END EXERCISE 1.1", ""),
    ("; EXERCISE 1.1 (10 points)", "; EXERCISE 1.1 (1000 points)"),
    ("; END EXERCISE 1.2", "; END EXERCISE 1.2\n; EXERCISE 7.1 (10 points): x.\n; END EXERCISE 7.1"),
])
def test_damaged_markers_cost_nothing(toy: ToyLab, tmp_path: Path, old: str, new: str) -> None:
    folder = submitted(toy, tmp_path / "ada", e1_2='REPORT "pagurus: exit 1"\nDEBUG_EXIT 1')
    path = Path(folder) / "labs/01-toy/loader.asm"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new), errors="surrogateescape")
    text, report = graded(toy, folder)
    assert (report["score"], report["max_score"]) == (15, 30)
    assert "Score: 15/30" in text


@pytest.mark.parametrize("name, content", [
    ("guest.inc", "nonsense in a header"),
    ("loader.asm", "%error broken\n"),
    ("loader.asm", "bits 64\nextern nowhere\ncall nowhere\n"),
])
def test_any_broken_build_is_the_submissions(
    toy: ToyLab, tmp_path: Path, name: str, content: str
) -> None:
    folder = submitted(toy, tmp_path / "ada")
    Path(folder, "labs/01-toy", name).write_text(content)
    text, report = graded(toy, folder)
    assert "The lab does not compile:" in text and text.endswith("Score: 0/30\n")


def test_a_build_that_breaks_with_the_solution_too_is_no_students_fault(
    toy: ToyLab, tmp_path: Path
) -> None:
    folder = submitted(toy, tmp_path / "ada")
    toy.write("Makefile", ".PHONY: build\nbuild:\n\tfalse\n")
    done = toy.run("grade", "01", "--submission", folder)
    assert done.returncode == 3 and "the reference solution does not build" in done.stderr


def test_what_only_a_submission_does_to_a_test_is_its_fault(toy: ToyLab, tmp_path: Path) -> None:
    toy.write("grading/01-toy/test_toy.py", TESTS + '''

@exercise("1.1")
def test_trusts_too_much(machine):
    m = machine(app=None)
    m.run_to("half_way", budget=15_000_000)
    assert m.tap[0].encode("ascii").decode()
''')
    folder = submitted(toy, tmp_path / "ada", e1_1="nop")
    text, report = graded(toy, folder)
    verdicts = {test["name"]: (test["verdict"], test["output"]) for test in report["tests"]}
    verdict, output = verdicts["1.1/trusts_too_much"]
    assert verdict == "FAIL" and "IndexError" in output
    assert "cannot make sense of what this code does" in text


def test_a_submission_cannot_take_all_day(toy: ToyLab, tmp_path: Path) -> None:
    session = toy.root / "grading/pagurus/session.py"
    session.write_text(session.read_text().replace("TEST_SECONDS = 120.0", "TEST_SECONDS = 1.0"))
    toy.write("grading/01-toy/test_toy.py", TESTS + """

@exercise("1.1")
def test_walks_a_ring():
    while True:
        pass
""")
    _, report = graded(toy, submitted(toy, tmp_path / "ada"))
    found = {test["name"]: test["verdict"] for test in report["tests"]}
    assert found["1.1/walks_a_ring"] == "TIMEOUT" and found["1.2/random"] == "PASS"
    grade = toy.root / "grading/pagurus/grade.py"
    grade.write_text(re.sub(r"(_SUBMISSION_SECONDS, .*=).*", r"\1 0, 0", grade.read_text()))
    text, report = graded(toy, str(tmp_path / "ada"))
    assert {test["verdict"] for test in report["tests"]} == {"TIMEOUT"}
    assert "the time for this submission is over" in text


def test_nothing_shown_moves_the_cursor(toy: ToyLab, tmp_path: Path) -> None:
    folder = submitted(toy, tmp_path / "ada", e1_1=r'REPORT `\e]0;owned\a\x9b2J`',
                       e1_2=r'REPORT `pagurus: panic \e[2J\xff\x85`' + "\n    DEBUG_EXIT 0x7f")
    text, report = graded(toy, folder, V="1")
    assert "kernel panic: \\x1b[2J" in text
    assert all(line.isprintable() for line in text.split("\n"))
    toy.solve()
    folder = submitted(toy, tmp_path / "eve", e1_1="%error \x1b[2J")
    text, _ = graded(toy, folder, V="1")
    assert "\\x1b[2J" in text and all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("line, complaint", [
    ("section .bss\nresb 100 << 20", "the size of loader.elf in memory"),
    ("global half_way2\n%define half_way half_way2", "there is no symbol 'half_way'"),
])
def test_odd_files_are_a_fail(toy: ToyLab, tmp_path: Path, line: str, complaint: str) -> None:
    folder = submitted(toy, tmp_path / "ada")
    path = Path(folder, "labs/01-toy/loader.asm")
    path.write_text(path.read_text().replace("global _start", f"{line}\nsection .text\nglobal _start"))
    text, report = graded(toy, folder)
    found = {test["name"]: test["verdict"] for test in report["tests"]}
    assert found["1.1/says_something"] == "FAIL" and complaint in text
    assert not (toy.root / "build/submissions/.ada.reference").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_grader_that_is_told_to_end_leaves_nothing_running(toy: ToyLab,
                                                             number: signal.Signals) -> None:
    """`timeout 60 make test` ends the tests and their machines, too."""
    toy.solve(e1_1="jmp $")
    pids = toy.root / "pids"
    toy.write("grading/01-toy/test_toy.py", """
import os
from pathlib import Path
from pagurus.checks import exercise

@exercise("1.1")
def test_for_long(machine):
    m = machine(app=None)
    Path("pids.new").write_text(f"{os.getpid()} {os.getppid()} {m._process.pid}")
    Path("pids.new").rename("pids")
    m.run(budget=1 << 50)
""")
    run = subprocess.Popen([sys.executable, "-m", "pagurus", "test", "01"], cwd=toy.root,
                           env=toy.environment(), stdout=subprocess.DEVNULL)
    wait_for(pids.exists)
    started = [int(word) for word in pids.read_text().split()]
    assert all(Path(f"/proc/{pid}").exists() for pid in started)
    run.send_signal(number)
    assert run.wait(30) == 128 + number
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)
