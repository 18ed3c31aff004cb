"""Mutants and emptied regions: what is read, what is refused, who counts as caught."""

import re

import pytest
from pagurus import emptied, mutants, regions, treerun
from pagurus.errors import UsageError
from pagurus.mutants import Mutant
from pagurus.treerun import Result
from sample_tree import call

FOLDER = "grading/mutants/01-boot"

# A grader in miniature: the verdicts follow from what stands in the sources.
GRADER = """\
import json, pathlib, sys
lab = pathlib.Path("labs/01-boot")
main, boot = ((lab / name).read_text() for name in ("kernel/main.c", "boot/boot.asm"))
assert sys.argv[1:3] == ["test", "01"] and sys.argv[-2] == "--json", sys.argv
sends = "NOT-DONE" if 'TODO("1.2")' in main else "PASS" if "0x20" in main else "FAIL"
magic = "PASS" if "0x1badb002" in boot and "42" in main else "TRIPLE-FAULT"
verdicts = {"1.1/magic": magic, "1.2/sends_all": sends, "1.2/waits": sends}
tests = [{"name": n, "verdict": v} for n, v in verdicts.items() if n in sys.argv[3:-2] or
         len(sys.argv) == 5]
scores = [{"id": "1.1", "score": 40 * (magic == "PASS")},
          {"id": "1.2", "score": 60 * (sends == "PASS")}]
pathlib.Path("build").mkdir(exist_ok=True)
TROUBLE, BUILD_OUTPUT = [], ""
pathlib.Path(sys.argv[-1]).write_text(json.dumps({
    "tests": tests, "exercises": scores,
    "extra_data": {"trouble": TROUBLE, "build_output": BUILD_OUTPUT}}))
"""


@pytest.fixture
def graded(tree):
    """The tree with the small grader in place of ours."""
    tree.write("grading/pagurus/__init__.py", "")
    tree.write("grading/pagurus/__main__.py", GRADER)
    return tree


def test_both_languages_are_read(tree):
    header, wait = mutants.list_mutants(tree.one)
    assert header == Mutant(
        "1.1a-wrong-magic", "1.1a", "one digit is wrong.", ("1.1/magic",),
        "    dd 0x1badb003\n    dd 3\n",
    )
    assert (wait.text, wait.tests) == ("does not wait.", ("1.2/sends_all", "1.2/waits"))
    assert wait.body == "    outb(0x3f8, byte);\n"


def test_the_body_goes_into_a_tree_of_its_own(tree, tmp_path):
    mutant = mutants.list_mutants(tree.one)[0]
    stage = mutants.build_mutant_tree(tree.one, mutant, tmp_path / "mutant")
    assert regions.stage_regions(stage)["1.1a"].body == mutant.body


HEAD = "/* MUTANT 1.2: x. CAUGHT BY: 1.2/y */\n"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("1.2.c", HEAD + "x;\n", "a mutant is named REGION-SLUG.c or .asm"),
        ("1.2-Bad.c", HEAD + "x;\n", "a mutant is named REGION-SLUG.c or .asm"),
        ("1.2-x.c", "x;\n", "the first thing in a mutant is its comment"),
        ("1.2-x.c", "/* MUTANT 1.2: x. */\nx;\n", "the first comment reads"),
        ("1.2-x.c", HEAD.replace("1.2/y", ""), "the first comment reads"),
        ("1.2-x.c", HEAD.replace("1.2/y", "y") + "x;\n", "'y' is no name of a test"),
        ("1.2-x.c", HEAD.replace("1.2:", "1.1b:") + "x;\n",
         "the comment says region 1.1b, the file name 1.2"),
        ("1.9-x.c", HEAD.replace("1.2:", "1.9:") + "x;\n", "no region 1.9 in the lab"),
        ("1.2-x.asm", "; MUTANT 1.2: x. CAUGHT BY: 1.2/y\n\nnop\n", "another language"),
        ("1.2-x.c", HEAD, "a mutant has a body"),
        ("1.2-x.c", HEAD + "x;", "which ends with a line feed"),
        ("1.2-x.c", HEAD + "/* END EXERCISE 1.2 */\n", "a mutant's body holds no markers"),
    ],
)
def test_a_wrong_mutant_is_refused(tree, name, text, said):
    tree.write(f"{FOLDER}/{name}", text)
    with pytest.raises(UsageError) as error:
        mutants.list_mutants(tree.one)
    assert str(error.value).startswith(f"{FOLDER}/{name}: ") and said in str(error.value)


def test_the_solution_is_no_mutant(tree):
    body = regions.stage_regions(tree.one)["1.2"].body
    tree.write(f"{FOLDER}/1.2-x.c", HEAD + body.replace("    ", "\t"))
    with pytest.raises(UsageError, match="the body is the solution"):
        mutants.list_mutants(tree.one)


def test_a_lab_without_mutants_is_refused(tree):
    with pytest.raises(UsageError, match="no mutants in grading/mutants/02-paging"):
        mutants.list_mutants(tree.two)


@pytest.mark.parametrize(
    ("verdicts", "caught"),
    [
        ({"1.2/a": "FAIL", "1.2/b": "TIMEOUT"}, True),
        ({"1.2/a": "NOT-DONE", "1.2/b": "TRIPLE-FAULT"}, True),
        ({"1.2/a": "FAIL", "1.2/b": "PASS"}, False),
        ({"1.2/a": "FAIL", "1.2/b": "HARNESS-ERROR"}, False),
        ({"1.2/a": "FAIL"}, False),
        ({"1.2/a[x]": "PASS", "1.2/a[y]": "FAIL", "1.2/b": "FAIL"}, True),
        ({"1.2/a[x]": "PASS", "1.2/a[y]": "PASS", "1.2/b": "FAIL"}, False),
        ({"1.2/a[x]": "HARNESS-ERROR", "1.2/a[y]": "FAIL", "1.2/b": "FAIL"}, False),
        ({"1.2/ab": "FAIL", "1.2/b": "FAIL"}, False),
    ],
)
def test_each_named_test_must_notice(verdicts, caught):
    mutant = Mutant("1.2-x", "1.2", "x", ("1.2/a", "1.2/b"), "")
    assert mutants.judge(mutant, Result(verdicts))[0] is caught
    assert mutants.judge(mutant, Result(verdicts, error="no build"))[0] is False


def test_a_fault_of_the_tools_is_told():
    mutant = Mutant("1.2-x", "1.2", "x", ("1.2/a",), "")
    assert mutants.judge(mutant, Result({"1.2/a": "HARNESS-ERROR"}, fault="no disk"))[1] == (
        "MISSED  1.2-x  by 1.2/a (HARNESS-ERROR): no disk")


def test_all_mutants_are_run_and_counted(graded, monkeypatch, capfd):
    status, out, _ = call(monkeypatch, capfd, graded.root, "mutants", "01")
    assert (status, out.splitlines()) == (0, [
        "caught  1.1a-wrong-magic  by 1.1/magic (TRIPLE-FAULT)",
        "caught  1.2-no-wait  by 1.2/sends_all (FAIL), 1.2/waits (FAIL)",
        "mutants: 2/2 caught",
    ])
    assert list((graded.root / "build/mutants/01-boot").iterdir()) == []


def test_a_missed_mutant_fails_the_run_and_keeps_its_tree(graded, monkeypatch, capfd):
    graded.write(f"{FOLDER}/1.2-good.c", HEAD.replace("1.2/y", "1.2/waits") + "wait(0x20);\n")
    monkeypatch.setenv("SEED", "77")
    status, out, _ = call(monkeypatch, capfd, graded.root, "mutants", "01", "only=1.2")
    assert status == 1
    assert out.startswith("MISSED  1.2-good  by 1.2/waits (PASS)\n")
    assert out.endswith("The same random numbers again: SEED=77\nmutants: 1/2 caught\n")
    kept = graded.root / "build/mutants/01-boot/1.2-good/labs/01-boot/kernel/main.c"
    assert "wait(0x20)" in kept.read_text()


def test_an_unknown_mutant_is_refused(graded, monkeypatch, capfd):
    status, _, err = call(monkeypatch, capfd, graded.root, "mutants", "01", "only=1.7")
    assert (status, err) == (2, "pagurus: no mutant '1.7' of 01-boot\n")


def test_each_region_is_emptied_in_turn(graded, monkeypatch, capfd):
    monkeypatch.setenv("SEED", "7")
    status, out, _ = call(monkeypatch, capfd, graded.root, "emptied", "01")
    drawn, *lines = out.splitlines()
    assert re.fullmatch(r"graded whole: 1\.(1a|1b|2) \(SEED=7\)", drawn)
    assert (status, lines) == (0, [
        "noticed  1.1a  exercise 1.1 earns nothing",
        "noticed  1.1b  exercise 1.1 earns nothing",
        "noticed  1.2  exercise 1.2 earns nothing",
        "emptied: 3/3 noticed",
    ])


def test_one_region_that_the_seed_draws_gets_a_whole_grade(graded, monkeypatch, capfd):
    asked = {}

    def run_tests(tree, tests):
        asked[tree.root.name] = tests
        return Result({}, {"1.1": 0, "1.2": 0})

    monkeypatch.setattr(treerun, "run_tests", run_tests)
    drawn = set()
    for seed in range(20):
        monkeypatch.setenv("SEED", str(seed))
        status, out, _ = call(monkeypatch, capfd, graded.root, "emptied", "01")
        (whole,) = (name for name, tests in asked.items() if not tests)
        others = {"1.1a": ["1.1"], "1.1b": ["1.1"], "1.2": ["1.2"]}
        assert status == 0 and asked == others | {whole: []}
        assert out.startswith(f"graded whole: {whole} (SEED={seed})\n")
        drawn.add(whole)
    assert drawn == {"1.1a", "1.1b", "1.2"}
    assert call(monkeypatch, capfd, graded.root, "emptied", "01", "whole=1")[0] == 0
    assert asked == {"1.1a": [], "1.1b": [], "1.2": []}


def test_an_unnoticed_region_fails_the_run(graded, monkeypatch, capfd):
    graded.write("grading/pagurus/__main__.py", GRADER.replace(' and "42" in main', ""))
    status, out, _ = call(monkeypatch, capfd, graded.root, "emptied", "01", "only=1.1")
    assert status == 1
    assert "MISSED   1.1b  exercise 1.1 still earns 40 of 40\nemptied: 1/2 noticed\n" in out


def test_a_fault_of_the_tools_is_never_noticed(tree):
    region = regions.stage_regions(tree.one)["1.2"]
    scores = {"1.2": 0.0}
    assert emptied.judge(region, Result({"1.1/a": "PASS"}, scores))[0]
    assert not emptied.judge(region, Result({"1.1/a": "HARNESS-ERROR"}, scores))[0]
    assert not emptied.judge(region, Result({}, {}))[0]
    assert not emptied.judge(region, Result(error="no build"))[0]


def test_a_grader_without_report_says_its_last_line(graded):
    graded.write("grading/pagurus/__main__.py", "raise SystemExit('no compiler')")
    assert treerun.run_tests(graded.one).error == "the grader wrote no report: no compiler"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[], "In function x\\na.c:1: error: y"', "it does not compile: a.c:1: error: y"),
        ('["pytest is gone\\n..."], ""', "the grader had trouble: pytest is gone"),
    ],
)
def test_a_broken_build_and_trouble_are_no_verdicts(graded, line, said):
    grader = GRADER.replace('TROUBLE, BUILD_OUTPUT = [], ""', f"TROUBLE, BUILD_OUTPUT = {line}")
    assert grader != GRADER
    graded.write("grading/pagurus/__main__.py", grader)
    assert treerun.run_tests(graded.one) == Result(error=said)


def test_a_grader_that_hangs_is_ended(graded, monkeypatch):
    monkeypatch.setattr(treerun, "_SECONDS", 0.5)
    graded.write("grading/pagurus/__main__.py", "import signal; signal.pause()")
    assert treerun.run_tests(graded.one).error == "the grader did not end within 0.5 s"
