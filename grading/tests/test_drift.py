"""Snapshots do not drift, and a fix goes into all later stages."""

import pytest
from pagurus import drift
from pagurus.errors import UsageError
from sample_tree import call

SEAMS = "labs/02-paging/stage.mk"
SEAM = "SEAMS += kernel/main.c  # starts the page tables\n"


def test_stages_that_agree(tree, monkeypatch, capfd):
    assert call(monkeypatch, capfd, tree.root, "drift")[:2] == (0, "drift: 2 stages agree\n")


def test_one_stage_alone(tree, monkeypatch, capfd):
    tree.two.path.rename(tree.root / "away")
    status, out, _ = call(monkeypatch, capfd, tree.root, "drift")
    assert (status, out) == (0, "drift: 1 stage, nothing to compare\n")


@pytest.mark.parametrize(
    ("seams", "said"),
    [
        ("", "labs/02-paging/kernel/main.c: differs from 01-boot, and is no seam in " + SEAMS),
        (SEAM + "SEAMS += kernel/uart.h # x\n",
         SEAMS + ":2: the seam kernel/uart.h does not differ from 01-boot"),
        (SEAM + "SEAMS += mm/page.c # x\n",
         SEAMS + ":2: the seam mm/page.c does not exist in 01-boot"),
        (SEAM + "SEAMS += kernel/x.c # x\n",
         SEAMS + ":2: the seam kernel/x.c does not exist in 01-boot"),
        (SEAM + "SEAMS += README.md # x\n",
         SEAMS + ":2: the seam README.md is each stage's own and needs no line"),
    ],
)
def test_what_breaks_the_rule_is_named(tree, monkeypatch, capfd, seams, said):
    tree.write(SEAMS, seams)
    status, out, _ = call(monkeypatch, capfd, tree.root, "drift")
    assert (status, out) == (1, said + "\n")


def test_a_file_that_git_does_not_track_yet_drifts_too(tree):
    tree.write("labs/01-boot/kernel/new.c", "1")
    tree.write("labs/02-paging/kernel/new.c", "2")
    assert len(drift.compare(tree.one, tree.two)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SEAMS += kernel/main.c\n", ":1: the seam kernel/main.c has no reason"),
        ("SEAMS += kernel/main.c #\n", ":1: the seam kernel/main.c has no reason"),
        ("SEAMS = kernel/main.c # x\n", ":1: a seam reads"),
        ("SEAMS += a.c b.c # x\n", ":1: a seam reads"),
        (SEAM + SEAM, ":2: the seam kernel/main.c is declared twice"),
    ],
)
def test_a_seam_that_cannot_be_read_is_refused(tree, line, said):
    tree.write(SEAMS, line)
    with pytest.raises(UsageError, match=SEAMS + said):
        drift.compare(tree.one, tree.two)
