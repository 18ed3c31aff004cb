"""A fix made in one stage goes into all later ones, or says where it needs a hand."""

import pytest
from pagurus import drift, forward
from sample_tree import call, git

UART_1, UART_2 = "labs/01-boot/kernel/uart.h", "labs/02-paging/kernel/uart.h"
MAIN_1, MAIN_2 = "labs/01-boot/kernel/main.c", "labs/02-paging/kernel/main.c"
FIX = ("count_sent_bytes();", "count_sent_bytes(1);")


def test_identical_files_are_copied_and_seams_merged(tree, monkeypatch, capfd):
    tree.edit(UART_1, "int byte", "unsigned byte")
    tree.edit(MAIN_1, *FIX)
    tree.write("labs/01-boot/README.md", "other text\n")
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 0
    assert out.splitlines() == [
        f"{MAIN_2}  merged",
        f"{UART_2}  copied",
        "forward: 2 files written, 0 conflicts",
    ]
    assert tree.read(UART_2) == tree.read(UART_1)
    assert FIX[1] in tree.read(MAIN_2) and "void late(void)" in tree.read(MAIN_2)
    assert tree.read("labs/02-paging/README.md").startswith("# Lab 02")
    assert drift.compare(tree.one, tree.two) == []


def test_a_second_time_nothing_is_written(tree, monkeypatch, capfd):
    tree.edit(MAIN_1, *FIX)
    call(monkeypatch, capfd, tree.root, "forward", "01")
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert (status, out) == (
        0, f"{MAIN_2}  has it already\nforward: 0 files written, 0 conflicts\n",
    )


def test_new_and_deleted_files(tree, monkeypatch, capfd):
    tree.write("labs/01-boot/kernel/new.c", "new\n")
    (tree.root / UART_1).unlink()
    assert call(monkeypatch, capfd, tree.root, "forward", "01")[0] == 0
    assert tree.read("labs/02-paging/kernel/new.c") == "new\n"
    assert not (tree.root / UART_2).exists()


def test_a_committed_fix_is_carried_from_its_base(tree, monkeypatch, capfd):
    tree.edit(UART_1, "int byte", "unsigned byte")
    tree.commit()
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 0 and "BASE=HEAD~1" in out
    assert call(monkeypatch, capfd, tree.root, "forward", "01", "base=HEAD~1")[0] == 0
    assert tree.read(UART_2) == tree.read(UART_1)


def test_a_conflict_leaves_the_file_and_writes_the_merge(tree, monkeypatch, capfd):
    tree.edit(MAIN_2, "count_sent_bytes();", "count_other_things();")
    tree.commit()
    before = tree.read(MAIN_2)
    tree.edit(MAIN_1, *FIX)
    tree.edit(UART_1, "int byte", "unsigned byte")
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 1
    assert f"{MAIN_2}  conflict: the merge needs a hand" in out
    assert "build/forward/02-paging/kernel/main.c" in out
    assert tree.read(MAIN_2) == before
    assert tree.read(UART_2) == tree.read(UART_1)
    merge = tree.read("build/forward/02-paging/kernel/main.c")
    assert "<<<<<<< 02-paging" in merge and ">>>>>>> the fix" in merge


def test_deleted_or_added_against_other_work_is_a_conflict(tree, monkeypatch, capfd):
    tree.write("labs/02-paging/kernel/new.c", "theirs\n")
    tree.commit()
    tree.write("labs/01-boot/kernel/new.c", "new\n")
    (tree.root / MAIN_1).unlink()
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 1
    assert f"{MAIN_2}  conflict: deleted by the fix, but it differs here" in out
    assert "new.c  conflict: added by the fix, but another stands here" in out
    assert tree.read("labs/02-paging/kernel/new.c") == "theirs\n"
    assert (tree.root / MAIN_2).exists()


def test_it_goes_from_stage_to_stage(tree, monkeypatch, capfd):
    for name in ("kernel/main.c", "kernel/uart.h"):
        tree.write(f"labs/03-smp/{name}", tree.read(f"labs/02-paging/{name}"))
    tree.commit()
    tree.edit(MAIN_1, *FIX)
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 0
    assert f"{MAIN_2}  merged" in out and "labs/03-smp/kernel/main.c  copied" in out
    assert tree.read("labs/03-smp/kernel/main.c") == tree.read(MAIN_2)


def test_later_stages_wait_for_a_conflict(tree, monkeypatch, capfd):
    tree.edit(MAIN_2, "count_sent_bytes();", "count_other_things();")
    tree.write("labs/03-smp/kernel/main.c", tree.read(MAIN_1))
    tree.commit()
    tree.edit(MAIN_1, *FIX)
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 1 and f"labs/03-smp/kernel/main.c  waits for {MAIN_2}" in out


@pytest.mark.parametrize("state", ["changed", "staged", "untracked"])
def test_uncommitted_work_in_a_later_stage_is_refused_unless_forced(
    tree, state, monkeypatch, capfd
):
    tree.edit(UART_1, "int byte", "unsigned byte")
    if state == "untracked":
        tree.write("labs/02-paging/mm/mine.c", "mine\n")
    else:
        tree.edit("labs/02-paging/mm/page.c", "walk", "run")
    if state == "staged":
        git(tree.root, "add", "labs/02-paging")
    before = tree.read(UART_2)
    status, _, err = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 2 and "not committed to git: labs/02-paging/mm/" in err
    assert tree.read(UART_2) == before
    assert call(monkeypatch, capfd, tree.root, "forward", "01", "force=1")[0] == 0
    assert tree.read(UART_2) == tree.read(UART_1)


def test_nonsense_is_refused(tree, tmp_path, monkeypatch, capfd):
    status, _, err = call(monkeypatch, capfd, tree.root, "forward", "01", "base=nowhere")
    assert (status, err) == (2, "pagurus: no commit 'nowhere'\n")
    status, out, _ = call(monkeypatch, capfd, tree.root, "forward", "02")
    assert status == 0 and "is the last stage" in out
    (tree.root / ".git").rename(tmp_path / "away")
    status, _, err = call(monkeypatch, capfd, tree.root, "forward", "01")
    assert status == 2 and "is not under git" in err


def test_a_plan_writes_nothing(tree):
    tree.edit(UART_1, "int byte", "unsigned byte")
    assert [step.file for step in forward.make_plan(tree.one).writes] == ["kernel/uart.h"]
    assert tree.read(UART_2) != tree.read(UART_1)
