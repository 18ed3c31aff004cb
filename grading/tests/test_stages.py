"""LAB, the root of a tree, and the command line itself."""

import pytest
from pagurus.errors import UsageError
from pagurus.stages import find_root, find_stage, find_stages
from sample_tree import call


@pytest.mark.parametrize("lab", ["1", "01", "01-boot"])
def test_lab_may_be_written_in_three_ways(tree, lab):
    assert find_stage(tree.root, lab).name == "01-boot"


def test_the_last_stage_is_the_default(tree):
    assert find_stage(tree.root).name == "02-paging"


@pytest.mark.parametrize("lab", ["3", "boot", "01-", "../01-boot", "001", "-1", "²"])
def test_an_unknown_lab_is_refused_with_those_that_exist(tree, lab):
    with pytest.raises(UsageError, match="there are: 01-boot, 02-paging"):
        find_stage(tree.root, lab)


def test_two_stages_of_one_number_are_refused(tree):
    tree.write("labs/02-other/stage.mk", "")
    with pytest.raises(UsageError, match="labs/02-other and labs/02-paging"):
        find_stages(tree.root)


def test_the_root_is_found_from_inside_a_lab(tree):
    assert find_root(tree.one.path / "kernel") == tree.root.resolve()


def test_errors_are_one_line_and_status_2(tree, monkeypatch, capfd):
    for argv in (["nonsense"], [], ["exercises", "7"], ["exercises", "1", "2"], ["drift", "-x"]):
        status, out, err = call(monkeypatch, capfd, tree.root, *argv)
        assert (status, out) == (2, "")
        assert err.startswith("pagurus: ") and err.count("\n") == 1


def test_a_missing_argument_is_named(tree, monkeypatch, capfd):
    status, _, err = call(monkeypatch, capfd, tree.root, "handout", "01")
    assert status == 2 and "OUT is missing; usage: handout LAB OUT" in err


def test_exercises_prints_the_table(tree, monkeypatch, capfd):
    status, out, _ = call(monkeypatch, capfd, tree.one.path, "exercises", "01")
    assert status == 0
    assert out.splitlines() == [
        "1.1a   40  boot/boot.asm:3   the header.",
        "1.1b       kernel/main.c:17  the answer.",
        "1.2    60  kernel/main.c:7   send a byte.",
        "sum   100",
    ]
