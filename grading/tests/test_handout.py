"""The student's tree: all of what they need, nothing of what they may not see."""

import subprocess
import sys
from pathlib import Path

import pytest
from pagurus import handout, regions
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_stage, find_stages
from sample_tree import call, listing

EXPECTED = {
    ".clang-format",
    ".devcontainer/devcontainer.json",
    ".editorconfig",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "common/apps/from-01/early.c",
    "common/include/x86.h",
    "grading/01-boot/test_1_1.py",
    "grading/conftest.py",
    "grading/pagurus/grade.py",
    "grading/pytest.ini",
    "handout.mk",
    "labs/01-boot/Makefile",
    "labs/01-boot/README.md",
    "labs/01-boot/boot/boot.asm",
    "labs/01-boot/kernel/main.c",
    "labs/01-boot/kernel/uart.h",
    "labs/01-boot/stage.mk",
}


def test_it_holds_exactly_what_students_need(tree, tmp_path, monkeypatch, capfd):
    tree.write("build/output.o", "x")
    tree.write("labs/01-boot/kernel/untracked.c", "x")
    out = tmp_path / "new" / "out"
    status, said, _ = call(monkeypatch, capfd, tree.root, "handout", "01", out)
    assert (status, listing(out)) == (0, EXPECTED)
    assert said == f"{out}: the handout of 01-boot, 3 regions to write\n"


def test_words_for_instructors_stay_here(tree, tmp_path):
    for name in handout.INSTRUCTOR_TEXTS:
        assert (Path(__file__).parents[2] / name).is_file()
        tree.write(name, "for instructors\n")
    tree.commit()
    handout.make_handout(tree.one, tmp_path / "out")
    assert listing(tmp_path / "out") == EXPECTED


def test_applications_come_with_the_stage_that_can_build_them(tree, tmp_path):
    handout.make_handout(tree.two, tmp_path / "out")
    apps = {name for name in listing(tmp_path / "out") if name.startswith("common/apps/")}
    assert apps == {"common/apps/from-01/early.c", "common/apps/from-02/late.c"}


def test_without_git_output_is_left_out(tree, tmp_path):
    (tree.root / ".git").rename(tmp_path / "away")
    tree.write("build/output.o", "x")
    tree.write("labs/01-boot/kernel/__pycache__/x.pyc", "x")
    handout.make_handout(tree.one, tmp_path / "out")
    assert listing(tmp_path / "out") == EXPECTED


def test_the_regions_are_emptied_and_can_be_read_again(tree, tmp_path):
    handout.make_handout(tree.one, tmp_path / "out")
    found = regions.stage_regions(Stage(tmp_path / "out", "01-boot"))
    assert {id_: region.body for id_, region in found.items()} == {
        "1.1a": "dd 0\n",
        "1.1b": "    return 0;\n",
        "1.2": '    TODO("1.2");\n',
    }


def test_a_todo_of_an_earlier_lab_is_no_news(tree, tmp_path):
    """In lab 02, the regions of lab 01 are solved: no HANDOUT line says what was there before."""
    name = "labs/02-paging/kernel/main.c"
    solved = (tree.root / name).read_text()
    marker = "    /* EXERCISE 1.2 (60 points): send a byte. */\n"
    assert marker in solved
    tree.write(name, solved.replace(marker, marker + '    /* HANDOUT: (void)byte; */\n'
                                                     '    /* HANDOUT: TODO("1.2"); */\n'))
    tree.commit()
    handout.make_handout(tree.two, tmp_path / "out")
    assert (tmp_path / "out" / name).read_text() == solved


def test_no_line_of_a_body_is_anywhere(tree, tmp_path):
    own = regions.own_regions(tree.one)
    handout.make_handout(tree.one, tmp_path / "out")
    text = "\n".join(
        (tmp_path / "out" / name).read_text() for name in listing(tmp_path / "out")
    )
    for region in own.values():
        for line in region.body.splitlines():
            assert line.strip() not in text
    assert handout.find_leaks(tmp_path / "out", own) == []


def test_a_later_lab_comes_with_the_solutions_of_earlier_ones(tree, tmp_path):
    handout.make_handout(tree.two, tmp_path / "out")
    found = regions.stage_regions(find_stage(tmp_path / "out"))
    solved = regions.stage_regions(tree.two)
    assert found["1.2"].body == solved["1.2"].body
    assert found["1.1b"].placeholder == solved["1.1b"].placeholder
    assert found["2.1"].body == '    TODO("2.1");\n'
    assert not (tmp_path / "out/labs/01-boot").exists()


def test_the_front_is_written_from_the_templates(tree, tmp_path):
    handout.make_handout(tree.one, tmp_path / "out")
    readme = (tmp_path / "out/README.md").read_text()
    assert readme.startswith("# Lab 01 01-boot 100 1.1\n| exercise | points | files |\n")
    assert "| 1.1 | 40 | `boot/boot.asm` `kernel/main.c` |\n" in readme
    assert "| 1.2 | 60 | `kernel/main.c` |\n" in readme
    assert (tmp_path / "out/handout.mk").read_text().endswith("\nLAB := 01\nHANDOUT := yes\n")
    assert (tmp_path / "out/.gitignore").read_text() == "/build/\n"


def test_a_verb_for_instructors_says_so_in_a_handout(monkeypatch, capfd, tree):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, _, err = call(monkeypatch, capfd, tree.root, "handout", "01", "x")
    assert status == 2 and "'handout' is for instructors" in err


def test_a_folder_that_is_not_empty_is_refused(tree, tmp_path, monkeypatch, capfd):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("mine")
    status, _, err = call(monkeypatch, capfd, tree.root, "handout", "01", tmp_path / "out")
    assert status == 2 and "is not empty" in err
    assert listing(tmp_path / "out") == {"mine"}


def test_an_empty_folder_is_filled_and_a_file_refused(tree, tmp_path):
    (tmp_path / "out").mkdir()
    handout.make_handout(tree.one, tmp_path / "out")
    assert listing(tmp_path / "out") == EXPECTED
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        handout.make_handout(tree.one, tmp_path / "file")


def test_a_failure_leaves_nothing_behind(tree, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise OSError("no space left")

    monkeypatch.setattr(regions, "empty_stage", fail)
    with pytest.raises(OSError):
        handout.make_handout(tree.one, tmp_path / "new" / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"tree"}


def test_a_solution_copied_elsewhere_is_refused(tree, tmp_path):
    own = regions.own_regions(tree.one)
    tree.write("common/apps/copy.c", "int x;\n" + own["1.2"].body)
    tree.commit()
    with pytest.raises(UsageError, match=r"common/apps/copy.c:2: lines of the solution of 1\.2"):
        handout.make_handout(tree.one, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_few_common_lines_are_no_leak(tree, tmp_path):
    saving = "push r12\npush r13\npush r14\npush r15\n"
    tree.edit("labs/01-boot/boot/boot.asm", "    dd 0x1badb002\n", saving + "mov rdi, rsp\n")
    tree.write("common/apps/saves.asm", saving + "ret\n")
    tree.commit()
    handout.make_handout(tree.one, tmp_path / "out")
    tree.write("common/apps/saves.asm", saving + "mov rdi,rsp\ndd 0x00000003\n")
    with pytest.raises(UsageError, match=r"saves.asm:1: lines of the solution of 1\.1a"):
        handout.make_handout(tree.one, tmp_path / "more")


def test_lines_of_the_stage_before_are_no_leak(tree, tmp_path):
    own = regions.own_regions(tree.two)
    body = next(region.body for region in own.values() if len(region.body) > 60)
    tree.write("common/apps/copy.c", body)
    tree.commit()
    with pytest.raises(UsageError, match="common/apps/copy.c:1: lines of the solution"):
        handout.make_handout(tree.two, tmp_path / "out")
    tree.write("labs/01-boot/kernel/same.c", body)
    tree.commit()
    handout.make_handout(tree.two, tmp_path / "out")


def test_a_region_in_a_file_outside_of_git_is_refused(tree, tmp_path):
    text = "/* EXERCISE 1.3 (1 point): x. */\nx();\n/* END EXERCISE 1.3 */\n"
    tree.write("labs/01-boot/kernel/new.c", text)
    with pytest.raises(UsageError, match="labs/01-boot/kernel/new.c .* not under git"):
        handout.make_handout(tree.one, tmp_path / "out")


def test_wrong_markers_are_refused(tree, tmp_path, monkeypatch, capfd):
    tree.edit("labs/01-boot/kernel/main.c", "/* END EXERCISE 1.2 */", "")
    status, _, err = call(monkeypatch, capfd, tree.root, "handout", "1", tmp_path / "out")
    assert status == 2
    assert err.startswith("pagurus: labs/01-boot/kernel/main.c:17: EXERCISE 1.1b inside")


CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("stage", find_stages(CHECKOUT), ids=lambda stage: stage.name)
def test_the_handout_of_this_checkout_stands_alone(stage, tmp_path):
    handout.make_handout(stage, tmp_path / "out")
    script = (
        "import importlib, pkgutil, pagurus\n"
        "for module in pkgutil.iter_modules(pagurus.__path__):\n"
        "    importlib.import_module(f'pagurus.{module.name}')\n"
        "print(pagurus.__file__)\n"
    )
    environment = {"PYTHONPATH": str(tmp_path / "out/grading"), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(str(tmp_path))
    given = regions.stage_regions(Stage(tmp_path / "out", stage.name))
    assert list(given) == list(regions.stage_regions(stage))
    for id_, region in regions.own_regions(stage).items():
        assert regions.is_unsolved(given[id_].body, region.file, region.placeholder)
        assert not regions.is_unsolved(region.body, region.file, region.placeholder)
