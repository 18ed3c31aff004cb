"""A student's own bodies move into the next lab, and nothing of theirs is lost."""

import pytest
from pagurus import handout, regions
from pagurus.stages import Stage, find_stage
from sample_tree import call, commit_all, git

MINE = "    my_own_way(byte);\n"


@pytest.fixture
def old(tree, tmp_path):
    """The student's tree of lab 01, with 1.2 solved and 1.1 not."""
    handout.make_handout(tree.one, tmp_path / "old")
    path = tmp_path / "old/labs/01-boot/kernel/main.c"
    path.write_text(path.read_text().replace('    TODO("1.2");\n', MINE))
    return tmp_path / "old"


@pytest.fixture
def new(tree, tmp_path):
    """The student's tree of lab 02, as handed out and committed."""
    handout.make_handout(tree.two, tmp_path / "new")
    commit_all(tmp_path / "new")
    return tmp_path / "new"


def bodies(root):
    found = regions.stage_regions(find_stage(root))
    return {id_: region.body for id_, region in found.items()}


def test_solved_bodies_are_carried_and_listed(old, new, tree, monkeypatch, capfd):
    before = bodies(new)
    status, out, _ = call(monkeypatch, capfd, new, "carry", old)
    assert status == 0
    assert out.splitlines() == [
        "1.1a   boot/boot.asm  still empty there, kept",
        "1.1b   kernel/main.c  still empty there, kept",
        "1.2    kernel/main.c  carried",
        "carry: 1 of 3 regions carried into labs/02-paging",
    ]
    assert bodies(new) == before | {"1.2": MINE}
    text = tree.read("labs/02-paging/kernel/main.c")
    solved = regions.stage_regions(tree.two)["1.2"].body
    written = (new / "labs/02-paging/kernel/main.c").read_text()
    assert written == text.replace(solved, MINE)  # HANDOUT lines and all else as they were


def test_a_second_time_nothing_is_written(old, new, monkeypatch, capfd):
    call(monkeypatch, capfd, new, "carry", old)
    status, out, _ = call(monkeypatch, capfd, new, "carry", old)  # not committed, but no need to
    assert status == 0
    assert "1.2    kernel/main.c  same" in out and "carry: 0 of 3" in out


def test_regions_are_found_by_number_wherever_they_stand(old, new, monkeypatch, capfd):
    folder = old / "labs/01-boot"
    (folder / "kernel/main.c").rename(folder / "other.c")
    assert call(monkeypatch, capfd, new, "carry", old)[0] == 0
    assert bodies(new)["1.2"] == MINE


def test_windows_line_ends_become_ours(old, new, monkeypatch, capfd):
    path = old / "labs/01-boot/kernel/main.c"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert call(monkeypatch, capfd, new, "carry", old)[0] == 0
    assert bodies(new)["1.2"] == MINE


def test_what_one_side_lacks_is_named(old, new, monkeypatch, capfd):
    path = old / "labs/01-boot/kernel/main.c"
    path.write_text(path.read_text().replace("EXERCISE 1.2", "EXERCISE 1.3"))
    status, out, _ = call(monkeypatch, capfd, new, "carry", old)
    assert status == 0
    assert "1.2    kernel/main.c  missing there, kept" in out
    assert "1.3    kernel/main.c  missing here, left there" in out


def test_only_some_may_be_asked_for(old, new, monkeypatch, capfd):
    status, out, _ = call(monkeypatch, capfd, new, "carry", old, "only=1.1")
    assert status == 0 and "1.2" not in out
    status, _, err = call(monkeypatch, capfd, new, "carry", old, "only=1.9")
    assert (status, err) == (2, "pagurus: no exercise 1.9 in labs/02-paging\n")
    status, _, err = call(monkeypatch, capfd, new, "carry", old, "only=2.1")
    assert (status, err) == (2, f"pagurus: no exercise 2.1 in {old}\n")


@pytest.mark.parametrize("state", ["changed", "staged", "untracked", "no commit", "no git"])
def test_uncommitted_work_is_refused_unless_forced(old, new, state, monkeypatch, capfd):
    mine = new / "labs/02-paging/mm/page.c"
    if state in ("changed", "staged"):
        mine.write_text(mine.read_text() + "/* mine */\n")
    if state == "staged":
        git(new, "add", "-A")
    if state == "untracked":
        mine.with_name("mine.c").write_text("mine\n")
    if state in ("no commit", "no git"):
        (new / ".git").rename(new.with_name("away"))
    if state == "no commit":
        git(new, "init")
        git(new, "add", "-A")
    before = bodies(new)
    status, _, err = call(monkeypatch, capfd, new, "carry", old)
    assert status == 2 and "not committed to git: labs/02-paging/" in err and "FORCE=1" in err
    assert bodies(new) == before
    status, _, _ = call(monkeypatch, capfd, new, "carry", old, "force=1")
    assert status == 0 and bodies(new)["1.2"] == MINE


def test_an_ignored_tree_inside_other_work_counts_as_not_committed(
    old, new, tree, monkeypatch, capfd
):
    (new / ".git").rename(new.with_name("away"))
    inside = tree.root / "build" / "new"
    inside.parent.mkdir()
    new.rename(inside)
    status, _, err = call(monkeypatch, capfd, inside, "carry", old)
    assert status == 2 and "not committed" in err


@pytest.mark.parametrize("source", ["nowhere", "empty", "itself", "broken"])
def test_a_useless_source_is_refused(old, new, source, tmp_path, monkeypatch, capfd):
    (tmp_path / "empty/labs/01-boot").mkdir(parents=True)
    path = old / "labs/01-boot/kernel/main.c"
    path.write_text(path.read_text().replace("/* END EXERCISE 1.2 */", ""))
    folder = {"itself": new, "broken": old}.get(source, tmp_path / source)
    status, _, err = call(monkeypatch, capfd, new, "carry", folder)
    said = {
        "nowhere": f"{folder} is not a folder",
        "empty": f"no exercise in {folder}/labs",
        "itself": f"{folder} is this tree itself",
        "broken": f"{folder}/labs/01-boot/kernel/main.c:14: EXERCISE 1.1b inside",
    }
    assert status == 2 and err.startswith(f"pagurus: {said[source]}")


def test_a_fresh_handout_of_the_same_lab_takes_them_too(old, tree, tmp_path, monkeypatch, capfd):
    handout.make_handout(tree.one, tmp_path / "fresh")
    commit_all(tmp_path / "fresh")
    assert call(monkeypatch, capfd, tmp_path / "fresh", "carry", old)[0] == 0
    assert regions.stage_regions(Stage(tmp_path / "fresh", "01-boot"))["1.2"].body == MINE
