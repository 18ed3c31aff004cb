"""Earlier labs' tests on a later stage: what must hold, and what was changed on purpose."""

import pytest
from pagurus import earlier, regions
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stages
from pagurus.treerun import Result
from sample_tree import call

LIST = "grading/tests/earlier/02-paging.txt"
VERDICTS = {"1.1/holds": "PASS", "1.1/other[a]": "PASS", "1.1/other[b]": "FAIL"}


@pytest.fixture(name="graded")
def fixture_graded(tree, monkeypatch):
    """The miniature tree, whose grader finds VERDICTS; the disguised stages that it saw."""
    seen = []

    def run_tests(stage, _tests=()):
        seen.append({id_: region.body for id_, region in regions.stage_regions(stage).items()})
        return Result(VERDICTS)

    monkeypatch.setattr(earlier.treerun, "run_tests", run_tests)
    return tree, seen


def test_a_stage_is_graded_under_the_earlier_ones_name(graded, monkeypatch, capfd):
    tree, seen = graded
    tree.write(LIST, "# a comment\n\n1.1/other  # the other is gone\n")
    status, out, _ = call(monkeypatch, capfd, tree.root, "earlier", "02")
    assert (status, out) == (0, "earlier: 3/3 hold\n")
    later = regions.stage_regions(tree.two)
    assert seen == [{id_: r.body for id_, r in later.items() if r.lab == 1}]
    assert not (tree.root / "build/earlier/02-paging/01-boot").exists()


@pytest.mark.parametrize(("listed", "says"), [
    ("", "FAIL          1.1/other[b]  (01-boot's tests, 02-paging)"),
    ("1.1/other  # x\n1.1/holds  # y\n", "listed        1.1/holds passes"),
    ("1.1/other  # x\n1.2/gone  # y\n", "listed        1.2/gone does not exist"),
])
def test_what_does_not_hold_must_be_listed_and_nothing_else(graded, monkeypatch, capfd, listed,
                                                            says):
    tree, _ = graded
    tree.write(LIST, listed)
    status, out, _ = call(monkeypatch, capfd, tree.root, "earlier", "02")
    assert status == 1 and says in out


def test_a_fault_of_the_tools_is_no_change_on_purpose():
    assert earlier.judge({"1.1/x": "HARNESS-ERROR"}, {"1.1/x": "why"}) == ["HARNESS-ERROR 1.1/x"]


def test_a_line_without_a_reason_is_refused(graded, monkeypatch, capfd):
    tree, _ = graded
    tree.write(LIST, "1.1/other\n")
    status, _, err = call(monkeypatch, capfd, tree.root, "earlier", "02")
    assert status == 2 and "02-paging.txt:1: a line reads" in err


def test_the_first_stage_has_nothing_before_it(graded, monkeypatch, capfd):
    tree, seen = graded
    status, out, _ = call(monkeypatch, capfd, tree.root, "earlier", "01")
    assert (status, out, seen) == (0, "earlier: nothing before 01-boot\n", [])


@pytest.mark.parametrize("stage", find_stages(find_root()), ids=lambda stage: stage.lab)
def test_the_lists_of_this_checkout_can_be_read(stage: Stage):
    try:
        earlier.changed_on_purpose(stage)
    except UsageError as error:
        pytest.fail(str(error))
