"""The lab text says what the markers say."""

import pytest
from pagurus import labtext
from sample_tree import call

README = "labs/01-boot/README.md"


def test_the_texts_agree(tree, monkeypatch, capfd):
    assert labtext.check(tree.one) == []
    assert labtext.check(tree.two) == []
    assert call(monkeypatch, capfd, tree.root, "check-text", "01")[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.2 (60 points)", "1.2 (50 points)",
         f"{README}:13: exercise 1.2 says 50 points, its markers 60"),
        ("`boot/boot.asm`, ", "",
         f"{README}:5: exercise 1.1: the line should be  Files: `boot/boot.asm` `kernel/main.c`"),
        ("**Files:** `kernel/main.c`", "`kernel/main.c`",
         f"{README}:13: exercise 1.2: the line should be  Files: `kernel/main.c`"),
        ("**Files:** `kernel/main.c`", "Files: `kernel/main.c` `kernel/uart.h`",
         f"{README}:15: exercise 1.2: the line should be  Files: `kernel/main.c`"),
        ("## Exercise 1.2 (60 points): the UART", "## The UART",
         f"labs/01-boot/kernel/main.c:7: exercise 1.2 has no heading in {README}"),
        ("## Challenges", "## Exercise 1.3 (5 points): more",
         f"{README}:17: exercise 1.3 has no marker in labs/01-boot"),
        ("## Challenges", "## Exercise 1.2 (60 points): more",
         f"{README}:17: exercise 1.2 has a heading already at line 13"),
        ("## Challenges", "## Exercise 1.2: more",
         f"{README}:17: the heading of an exercise reads `## Exercise N.N (P points): title`"),
        ("## Challenges", "Files: `a`", f"{README}:17: a second Files: line of 1.2"),
    ],
)
def test_a_disagreement_is_named(tree, monkeypatch, capfd, old, new, said):
    tree.edit(README, old, new)
    assert said in labtext.check(tree.one)
    assert call(monkeypatch, capfd, tree.root, "check-text", "1")[0] == 1


def test_the_points_sum_up_to_100(tree):
    tree.edit("labs/01-boot/kernel/main.c", "1.2 (60", "1.2 (50")
    assert "labs/01-boot: the exercises are worth 90 points, not 100" in labtext.check(tree.one)


def test_a_missing_text_is_refused(tree, monkeypatch, capfd):
    (tree.root / README).unlink()
    status, _, err = call(monkeypatch, capfd, tree.root, "check-text", "1")
    assert status == 2 and f"{README} does not exist" in err
