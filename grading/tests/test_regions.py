"""Markers: what is read, what is refused and where, what is written back."""

import time

import pytest
from pagurus import regions
from pagurus.errors import UsageError
from sample_tree import BOOT_ASM, MAIN_C


def test_regions_of_both_languages_are_read_with_places(tree):
    found = regions.stage_regions(tree.two)
    assert list(found) == ["1.1a", "1.1b", "1.2", "2.1"]
    header, answer, send = found["1.1a"], found["1.1b"], found["1.2"]
    assert (header.file, header.first, header.last) == ("boot/boot.asm", 3, 7)
    assert header.placeholder == "dd 0\n"
    assert header.body == "    dd 0x1badb002\n    dd 0x00000003\n"
    assert (answer.exercise, answer.letter, answer.points) == ("1.1", "b", 40)
    assert answer.placeholder == "    return 0;\n"
    assert answer.body == "    int answer_value = 42;\n    return answer_value;\n"
    assert (send.text, send.indent) == ("send a byte.", "    ")
    assert send.placeholder == '    TODO("1.2");\n'


def test_own_regions_leave_out_earlier_labs(tree):
    assert list(regions.own_regions(tree.two)) == ["2.1"]
    assert list(regions.own_regions(tree.one)) == ["1.1a", "1.1b", "1.2"]


def test_exercises_sort_by_number_not_by_text():
    assert sorted(["1.10", "1.2", "1.2b", "2.1", "1.2a"], key=regions.sort_key) == [
        "1.2", "1.2a", "1.2b", "1.10", "2.1",
    ]


def test_nasm_default_placeholder():
    text = "    ; EXERCISE 1.1 (5 points): x.\n    nop\n    ; END EXERCISE 1.1\n"
    (region,), mistakes = regions.scan_text(text, "a.asm")
    assert mistakes == []
    assert regions.empty_bodies(text, [region]) == text.replace("nop", 'TODO "1.1"')


def test_one_point_and_windows_line_ends_are_read():
    text = "/* EXERCISE 1.1 (1 point): x. */\r\nx();\r\n/* END EXERCISE 1.1 */\r\n"
    (region,), mistakes = regions.scan_text(text, "a.c")
    assert (region.points, region.body, mistakes) == (1, "x();\r\n", [])


def test_emptying_keeps_markers_and_says_what_is_a_placeholder():
    found, _ = regions.scan_text(MAIN_C, "main.c")
    emptied = regions.empty_bodies(MAIN_C, found)
    assert '{\n    /* EXERCISE 1.2 (60 points): send a byte. */\n    TODO("1.2");\n' in emptied
    assert ("points): the answer. */\n    /* HANDOUT: return 0; */\n    return 0;\n"
            "    /* END EXERCISE 1.1b */" in emptied)
    again, _ = regions.scan_text(emptied, "main.c")
    assert all(regions.is_unsolved(one.body, one.file, one.placeholder) for one in again)


def test_replacing_by_the_own_bodies_changes_nothing():
    for text, name in ((MAIN_C, "a.c"), (BOOT_ASM, "a.asm")):
        found, _ = regions.scan_text(text, name)
        assert regions.replace_bodies(text, found, {r.id: r.body for r in found}) == text


def test_several_handout_lines_keep_their_inner_indent():
    text = (
        "  /* EXERCISE 1.1 (5 points): x. */\n  /* HANDOUT: if (x) */\n  /* HANDOUT:     y(); */\n"
        "  /* HANDOUT: */\n  z();\n  /* END EXERCISE 1.1 */\n"
    )
    (region,), mistakes = regions.scan_text(text, "a.c")
    assert mistakes == []
    assert region.placeholder == "  if (x)\n      y();\n\n"
    assert region.body == "  z();\n"


def test_bytes_that_are_no_utf8_survive(tmp_path):
    data = b"/* \xe9 */\f\r\n/* EXERCISE 1.1 (5 points): x. */\n\xff\n/* END EXERCISE 1.1 */"
    (tmp_path / "a.c").write_bytes(data)
    text = regions.read_source(tmp_path / "a.c")
    found, _ = regions.scan_text(text, "a.c")
    assert found[0].first == 2
    regions.write_source(tmp_path / "b.c", regions.replace_bodies(text, found, {}))
    assert (tmp_path / "b.c").read_bytes() == data


OPEN, END = "/* EXERCISE 1.1 (5 points): x. */\n", "/* END EXERCISE 1.1 */\n"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"\n{OPEN}x\n", 2, "EXERCISE 1.1 is never ended"),
        (f"x\n{END}", 2, "END EXERCISE 1.1 without its EXERCISE"),
        (OPEN + OPEN.replace("1.1", "1.2") + END.replace("1.1", "1.2"), 2,
         "EXERCISE 1.2 inside EXERCISE 1.1 (line 1), which is not ended"),
        (f"{OPEN}x\n/* END EXERCISE 1.2 */\n", 3, "END EXERCISE 1.2 ends EXERCISE 1.1 (line 1)"),
        ("/* EXERCISE 1.1: x. */\n", 1, "a marker that cannot be read"),
        ("/* EXERCISE 1.1 (5 points): runs\n   on. */\n", 1, "a marker that cannot be read"),
        ("/* EXERCISE 1.1 (5 points): */\n", 1, "a marker that cannot be read"),
        (f"x(); {OPEN}{END}", 1, "a marker that cannot be read"),
        (f"{OPEN}x\n}} {END}", 3, "a marker that cannot be read"),
        ("// EXERCISE 1.1 (5 points): x.\n", 1, "a marker that cannot be read"),
        (f"{OPEN}x\n/* HANDOUT: y */\n{END}", 3, "HANDOUT stands only directly after"),
        ("/* HANDOUT: y */\n", 1, "HANDOUT stands only directly after"),
    ],
)
def test_a_broken_marker_is_named_with_its_line(text, line, what):
    _, mistakes = regions.scan_text(text, "kernel/a.c")
    assert str(mistakes[0]).startswith(f"kernel/a.c:{line}: {what}")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("kernel/main.c", "1.1b (40", "1.1b (41",
         "kernel/main.c:17: EXERCISE 1.1b has 41 points, but 1.1a at boot/boot.asm:3 has 40"),
        ("kernel/main.c", "1.1b", "1.1a",
         "kernel/main.c:17: EXERCISE 1.1a stands also at boot/boot.asm:3"),
        ("kernel/main.c", "1.1b", "3.1", "kernel/main.c:17: EXERCISE 3.1 in the stage of lab 1"),
        ("boot/boot.asm", "; END EXERCISE 1.1a\n", "",
         "boot/boot.asm:3: EXERCISE 1.1a is never ended"),
    ],
)
def test_a_stage_with_wrong_markers_is_refused(tree, file, old, new, said):
    tree.edit(f"labs/01-boot/{file}", old, new)
    with pytest.raises(UsageError) as error:
        regions.stage_regions(tree.one)
    assert str(error.value) == f"labs/01-boot/{said}"


@pytest.mark.parametrize(
    ("body", "name", "unsolved"),
    [
        ('    TODO("1.2");\n', "a.c", True),
        ('    TODO "1.2"\n', "a.asm", True),
        ("  \n /* nothing */ // yet\n", "a.c", True),
        ("    ; nothing\n", "a.asm", True),
        ("   return   0;\n", "a.c", True),
        ("   return 0; // of none\n", "a.c", True),
        ('    work();\n    TODO ("1.2");\n', "a.c", True),
        ('    work(); // TODO("1.2");\n', "a.c", False),
        ("    return 1;\n", "a.c", False),
    ],
)
def test_what_counts_as_unsolved(body, name, unsolved):
    assert regions.is_unsolved(body, name, "return 0;  /* of none */\n") is unsolved


def test_unended_comments_take_no_time(tmp_path):
    begun = time.monotonic()
    assert regions.is_unsolved("/* " * 300_000, "a.c")
    assert not regions.is_unsolved("x /* " * 300_000, "a.c")
    assert time.monotonic() - begun < 5
