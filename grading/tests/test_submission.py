"""A submission is read with suspicion, graded in our house, and its changes are listed."""

import os
import subprocess

import pytest
from pagurus import handout, regions, submission
from pagurus.errors import UsageError
from sample_tree import listing, write

MAIN = "labs/01-boot/kernel/main.c"


@pytest.fixture
def student(tree, tmp_path):
    """A student's tree of lab 01 with all exercises written."""
    handout.make_handout(tree.one, tmp_path / "student")
    path = tmp_path / "student" / MAIN
    text = path.read_text().replace('    TODO("1.2");\n', "    mine(byte);\n    return;\n")
    path.write_text(text.replace("    return 0;\n", "    return 41 + 1;\n"))
    return tmp_path / "student"


def assemble(tree, student, tmp_path):
    made = submission.assemble(student, tree.one, tmp_path / "graded")
    return made.stage.root, [str(note) for note in made.notes]


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_honest_submission_has_no_notes(tree, student, tmp_path):
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == []
    assert (graded / MAIN).read_bytes() == (student / MAIN).read_bytes()
    names = listing(graded)
    assert "grading/01-boot/hidden/test_1_1.py" in names and "Makefile" in names
    assert not any("mutants" in name or "02-paging" in name for name in names)


def test_build_rules_and_grader_are_always_ours(tree, student, tmp_path):
    for name in ("Makefile", "common/include/x86.h", "grading/conftest.py", "labs/01-boot/Makefile",
                 "labs/01-boot/stage.mk", "grading/01-boot/test_1_1.py"):
        (student / name).write_text("cheat\n")
    write(student / "grading/pagurus/evil.py", "cheat\n")
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == [
        "Makefile: changed; the trusted file is used",
        "stage.mk: changed; the trusted file is used",
    ]
    for name in listing(graded):
        assert "cheat" not in (graded / name).read_text()


def test_the_file_with_all_places_is_used_and_changes_are_listed(tree, student, tmp_path):
    path = student / MAIN
    edit(path, '#include "kernel/uart.h"\n', '#include "kernel/uart.h"\nint a;\nint b;\n')
    edit(path, "int answer(void)", "long answer(void)")
    edit(student / "labs/01-boot/kernel/uart.h", "/* The serial line. */\n", "")
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == [
        "kernel/main.c:3-4: changed outside of the exercises",
        "kernel/main.c:15: changed outside of the exercises",
        "kernel/uart.h:1: 1 lines removed here, outside of the exercises",
    ]
    assert (graded / MAIN).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("old", "new"), [(b"\n", b"\r\n"), (b"{\n", b"{  \n"), (b"value */\n", b"value */")]
)
def test_line_ends_are_no_change(tree, student, tmp_path, old, new):
    path = student / "labs/01-boot/kernel/uart.h"
    path.write_bytes(path.read_bytes() + b"struct uart {\n};\n/* a value */\n")
    tree.write("labs/01-boot/kernel/uart.h", path.read_text())
    path.write_bytes(path.read_bytes().replace(old, new))
    assert assemble(tree, student, tmp_path)[1] == []


def test_missing_and_extra_files(tree, student, tmp_path):
    (student / "labs/01-boot/boot/boot.asm").unlink()
    write(student / "labs/01-boot/kernel/helper.c", "int helper;\n")
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == [
        "boot/boot.asm: missing; the file as handed out is used",
        "kernel/helper.c: an extra file",
    ]
    assert "\ndd 0\n" in (graded / "labs/01-boot/boot/boot.asm").read_text()
    assert (graded / "labs/01-boot/kernel/helper.c").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    /* END EXERCISE 1.2 */\n", "", [
            "damaged marker: EXERCISE 1.1b inside EXERCISE 1.2 (line 7), which is not ended",
            "markers of 1.2 are missing or damaged"]),
        ("EXERCISE 1.2 (60 points):", "EXERCISE 1.2 60 points:", [
            "damaged marker: a marker that cannot be read",
            "markers of 1.2 are missing or damaged"]),
        ("EXERCISE 1.2", "EXERCISE 1.7", [
            "marker of an exercise 1.7 that the lab does not have",
            "markers of 1.2 are missing or damaged"]),
        ("EXERCISE 1.2", "EXERCISE 1.1b", ["markers of 1.1b stand also at kernel/main.c:7"]),
        ("EXERCISE 1.2", "EXERCISE 1.1a", [
            "kernel/main.c:7: markers of 1.1a stand also at boot/boot.asm:3",
            "markers of 1.2 are missing or damaged"]),
        ("(60 points)", "(99 points)", ["kernel/main.c:7: changed outside of the exercises"]),
    ],
)
def test_a_damaged_marker_is_noted_and_the_file_used(tree, student, tmp_path, old, new, said):
    edit(student / MAIN, old, new)
    graded, notes = assemble(tree, student, tmp_path)
    text = "\n".join(notes)
    for line in said:
        assert line in text
    assert (graded / MAIN).read_bytes() == (student / MAIN).read_bytes()


def test_links_and_odd_files_are_refused_and_never_followed(tree, student, tmp_path):
    lab = student / "labs/01-boot"
    write(tmp_path / "secret/secret.c", "secret\n")
    (lab / "link.c").symlink_to(tmp_path / "secret/secret.c")
    (lab / "folder").symlink_to(tmp_path / "secret")
    (lab / "boot/boot.asm").unlink()
    (lab / "boot/boot.asm").symlink_to(tmp_path / "secret/secret.c")
    (lab / "stage.mk").unlink()
    (lab / "stage.mk").symlink_to(tmp_path / "secret/secret.c")
    os.mkfifo(lab / "pipe.c")
    write(lab / "tool.py", "x")
    write(lab / "two words.c", "x")
    write(lab / "big.c", "x" * (submission.MAX_BYTES + 1))
    write(lab / ".vscode/settings.c", "x")
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == [
        "big.c: refused: larger than 1024 KiB",
        "boot/boot.asm: missing; the file as handed out is used",
        "boot/boot.asm: refused: a symbolic link",
        "folder: refused: a symbolic link",
        "link.c: refused: a symbolic link",
        "pipe.c: refused: not a regular file",
        "stage.mk: refused: a symbolic link",
        "tool.py: refused: not a source (.c .h .asm .inc .ld)",
        "two words.c: refused: not a source (.c .h .asm .inc .ld)",
    ]
    assert not any("secret" in (graded / name).read_text() for name in listing(graded))


def test_too_many_files_are_refused(tree, student, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "MAX_FILES", 3)
    for name in "abcd":
        write(student / f"labs/01-boot/{name}.c", "x")
    assert "(all): refused: 4 files beyond the first 3" in assemble(tree, student, tmp_path)[1]


def test_a_linked_lab_folder_is_not_found(tree, student, tmp_path):
    (student / "labs/01-boot").rename(tmp_path / "elsewhere")
    (student / "labs/01-boot").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="no labs/01-boot in"):
        assemble(tree, student, tmp_path)
    assert not (tmp_path / "graded").exists()


@pytest.mark.parametrize("form", ["bare", "renamed", "wrapped"])
def test_a_submission_comes_in_several_forms(tree, student, tmp_path, form):
    if form == "wrapped":
        (tmp_path / "archive").mkdir()
        student.rename(tmp_path / "archive/project")
        folder = tmp_path / "archive"
    else:
        folder = tmp_path / ("01-boot" if form == "bare" else "smith")
        (student / "labs/01-boot").rename(folder)
    graded, notes = assemble(tree, folder, tmp_path)
    assert notes == [] and "mine(byte)" in (graded / MAIN).read_text()


def test_a_file_in_place_of_a_folder_is_refused(tree, student, tmp_path):
    write(student / "labs/01-boot/kernel/uart.h.d/x.c", "x")
    write(student / "labs/01-boot/Makefile.c", "x")
    (student / "labs/01-boot/stage.mk").unlink()
    write(student / "labs/01-boot/stage.mk/x.c", "x")
    _, notes = assemble(tree, student, tmp_path)
    assert "stage.mk/x.c: refused: its folder is a file in the lab" in notes


def test_isolate_takes_one_exercise_only(tree, student, tmp_path):
    made = submission.isolate(student, tree.one, "1.2", tmp_path / "alone")
    found = regions.stage_regions(made.stage)
    reference = regions.stage_regions(tree.one)
    assert found["1.2"].body == "    mine(byte);\n    return;\n"
    assert found["1.1b"].body == reference["1.1b"].body
    assert made.notes == []


def test_isolate_takes_a_region_from_where_it_belongs(tree, student, tmp_path):
    decoy = "/* EXERCISE 1.2 (60 points): x. */\ndecoy();\n/* END EXERCISE 1.2 */\n"
    for name in ("a.c", "zoo.c"):
        write(student / "labs/01-boot" / name, decoy)
    made = submission.isolate(student, tree.one, "1.2", tmp_path / "alone")
    assert "mine(byte)" in regions.stage_regions(made.stage)["1.2"].body


def test_isolate_leaves_a_lost_region_empty(tree, student, tmp_path):
    edit(student / MAIN, "/* END EXERCISE 1.2 */", "")
    made = submission.isolate(student, tree.one, "1.2", tmp_path / "alone")
    assert regions.stage_regions(made.stage)["1.2"].body == '    TODO("1.2");\n'
    assert [str(note) for note in made.notes] == [
        "kernel/main.c: markers of 1.2 are missing or damaged; it counts as not done"
    ]


def test_isolate_of_an_unknown_exercise_is_refused(tree, student, tmp_path):
    with pytest.raises(UsageError, match="no exercise 1.9 in labs/01-boot"):
        submission.isolate(student, tree.one, "1.9", tmp_path / "alone")


def test_other_bodies_in_the_reference(tree, tmp_path):
    before = listing(tree.root)
    stage = submission.with_bodies(tree.one, {"1.1a": "    dd 7\n"}, tmp_path / "other")
    assert regions.stage_regions(stage)["1.1a"].body == "    dd 7\n"
    assert "return answer_value" in (stage.path / "kernel/main.c").read_text()
    assert listing(tree.root) == before
    with pytest.raises(UsageError, match="no region 1.1 in labs/01-boot"):
        submission.with_bodies(tree.one, {"1.1": ""}, tmp_path / "more")


def test_notes_show_no_control_characters(tree, student, tmp_path):
    path = student / MAIN
    path.write_bytes(path.read_bytes() + b"/* EXERCISE 1.9 \xff\x1b]0;owned\x07 */\n")
    os.close(os.open(os.fsencode(student / "labs/01-boot") + b"/\x1b[2J\xff.c", os.O_CREAT))
    _, notes = assemble(tree, student, tmp_path)
    assert any("damaged marker" in note for note in notes)
    assert any("\\x1b[2J" in note for note in notes)
    assert all(note.isprintable() and note.isascii() for note in notes)


def test_a_folder_with_a_sources_name_is_refused(tree, student, tmp_path):
    write(student / "labs/01-boot/kernel/odd.c/x.h", "x")
    graded, notes = assemble(tree, student, tmp_path)
    assert notes == ["kernel/odd.c: refused: not a folder of sources"]
    assert not (graded / "labs/01-boot/kernel/odd.c").exists()


def test_the_amount_of_everything_is_bounded(tree, student, tmp_path, monkeypatch):
    monkeypatch.setattr(submission, "MAX_TOTAL", 2 << 20)
    for name in "abc":
        write(student / f"labs/01-boot/{name}.h", "x" * 1_000_000)
    _, notes = assemble(tree, student, tmp_path)
    assert "c.h: refused: with it, all files have more than 2 MiB" in notes
    assert "a.h: an extra file" in notes
    for number in range(submission.MAX_NOTES + 10):
        write(student / f"labs/01-boot/{number}.txt", "x")
    made = submission.assemble(student, tree.one, tmp_path / "many")
    assert len(made.notes) == submission.MAX_NOTES + 1
    assert "more notes are left out" in str(made.notes[-1])
    monkeypatch.setattr(submission, "_MAX_ENTRIES", 20)
    made = submission.assemble(student, tree.one, tmp_path / "too-many")
    assert "(all): refused: more than 20 files and folders" in map(str, made.notes)


@pytest.mark.parametrize("line", [
    '#include "../../../../../labs/01-boot/kernel/main.c"', '%include "/etc/passwd"',
    'asm(".incbin \\"/etc/passwd\\"");', "INPUT(/build/main.c.o)", "#include <kernel/../../../x.h>",
])
def test_a_reach_outside_of_the_tree_is_listed(tree, student, tmp_path, line):
    path = student / MAIN
    path.write_text(path.read_text().replace("    mine(byte);\n", f"{line}\n"))
    _, notes = assemble(tree, student, tmp_path)
    assert notes == [f"kernel/main.c:8: names a file outside of the lab: {line}"]


def test_names_of_the_trusted_code_that_the_lab_defines_are_listed(tree, student, tmp_path):
    made = submission.assemble(student, tree.one, tmp_path / "graded")
    objects = tmp_path / "graded/build/01-boot/obj"
    for name, code in {
        "common/support/report.c": "void report(void) {}  static void helper(void) {}"
                                   "__attribute__((weak)) void hook(void) {}",
        "kernel/main.c": "void report(void) {}  void mine(void) {}  static void helper(void) {}",
        "kernel/uart.c": "void report(void) __attribute__((weak)); void report(void) {}"
                         "void hook(void) {}",
    }.items():
        write(objects / name, code)
        subprocess.run(["gcc", "-w", "-c", objects / name, "-o", f"{objects / name}.o"], check=True)
    assert list(map(str, submission.shadowed(made.stage))) == [
        "kernel/main.c: defines report, as the trusted code does",
        "kernel/uart.c: defines report, as the trusted code does",
    ]
