"""The tools for trees on the labs themselves: what the miniature tree shows in small, for real.

For each two neighbouring stages of this checkout; where a student's tree is needed, it is made from
the other solutions in alternatives/, so that what is carried differs from what is there.
"""

import difflib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from pagurus import drift, forward, handout, regions, submission, treerun, trees
from pagurus.stages import Stage, find_root, find_stages
from sample_tree import call, commit_all, git, listing

CHECKOUT = find_root()
STAGES = find_stages(CHECKOUT)
PAIRS = list(zip(STAGES, STAGES[1:]))
ALTERNATIVES = Path(__file__).parent / "alternatives"
FIX = "/* the fix */\n"

pairs = pytest.mark.parametrize(
    "earlier, later", PAIRS, ids=lambda stage: stage.lab)


@pytest.fixture(name="house")
def fixture_house(tmp_path: Path) -> Path:
    """A copy of this checkout, committed to a git of its own."""
    house = tmp_path / "house"
    trees.copy_files(CHECKOUT, trees.tree_files(CHECKOUT), house)
    commit_all(house)
    return house


def make(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`make` in a tree, as from a shell of its own."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(["make", "-s", *words], cwd=tree, env=environment | {"SETUP": "no"},
                          stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=1200,
                          check=False)


def in_tree(stage: Stage, tree: Path) -> Stage:
    return Stage(tree, stage.name)


def fill(stage: Stage, bodies: dict[str, str]) -> None:
    """Give regions of a stage these bodies."""
    known = regions.stage_regions(stage)
    for name in {known[id_].file for id_ in bodies}:
        path = stage.path / name
        of_file = [region for region in known.values() if region.file == name]
        text = regions.replace_bodies(regions.read_source(path), of_file, bodies)
        regions.write_source(path, text)


def other_bodies(stage: Stage) -> dict[str, str]:
    """Another right body for each region of a lab."""
    return {path.stem: path.read_text() for path in (ALTERNATIVES / stage.name).iterdir()}


# -- drift and forward ------------------------------------------------------------------------


def test_the_stages_agree(house, monkeypatch, capfd):
    status, out, _ = call(monkeypatch, capfd, house, "drift")
    assert (status, out) == (0, f"drift: {len(STAGES)} stages agree\n" if PAIRS else out)


def amid_what_agrees(ours: list[str], theirs: list[str]) -> tuple[int, int]:
    """A place in the middle of the longest run of lines that both have."""
    run = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    return run.a + run.size // 2, run.b + run.size // 2


@pairs
def test_a_fix_goes_into_every_later_stage(earlier, later, house, monkeypatch, capfd):
    """A file that is the same is copied; each seam keeps what is its own, and gets the fix."""
    one, two = in_tree(earlier, house), in_tree(later, house)
    seams = sorted(drift.read_seams(two))
    common = drift.stage_files(one) & drift.stage_files(two) - set(drift.OWN_FILES)
    same = next(name for name in sorted(common - set(seams)) if name.endswith(".c"))
    fixed = {}
    for name in (same, *seams):
        path = one.path / name
        ours, theirs = (stage.path.joinpath(name).read_text().splitlines(keepends=True)
                        for stage in (one, two))
        at_ours, at_theirs = amid_what_agrees(ours, theirs)
        path.write_text("".join([*ours[:at_ours], FIX, *ours[at_ours:]]))
        fixed[name] = "".join([*theirs[:at_theirs], FIX, *theirs[at_theirs:]])
    status, out, _ = call(monkeypatch, capfd, house, "forward", earlier.lab)
    assert status == 0, out
    assert f"{two.place}/{same}  copied\n" in out
    for name in seams:
        assert f"{two.place}/{name}  merged\n" in out
        assert (two.path / name).read_text() == fixed[name]
    assert not drift.compare(one, two)  # a fix in the middle of the stages leaves the first behind


@pairs
def test_a_fix_where_a_seam_differs_needs_a_hand(earlier, later, house):
    one, two = in_tree(earlier, house), in_tree(later, house)
    for name in drift.read_seams(two):
        path, theirs = one.path / name, (two.path / name).read_text()
        ours = path.read_text().splitlines(keepends=True)
        codes = difflib.SequenceMatcher(None, ours, theirs.splitlines(keepends=True)).get_opcodes()
        line = next((start for kind, start, *_ in codes if kind == "replace"), None)
        if line is not None:
            break
    ours[line] = FIX
    path.write_text("".join(ours))
    (conflict,) = forward.forward(one).conflicts
    assert (conflict.stage, conflict.file) == (two, name)
    assert (two.path / name).read_text() == theirs
    merge = forward.conflict_path(conflict).read_text()
    assert FIX in merge and "<<<<<<<" in merge and ">>>>>>>" in merge


# -- handout and carry ------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.lab)
def test_a_handout_holds_one_lab_and_nothing_of_the_others(stage, tmp_path):
    handout.make_handout(stage, tmp_path / "out")
    names = listing(tmp_path / "out")
    assert {name.split("/")[1] for name in names if name.startswith("labs/")} == {stage.name}
    folders = {name.split("/")[1] for name in names if re.match("grading/.*/", name)}
    assert folders == {"pagurus", stage.name}
    later = [name for name in names if (home := re.search(r"/from-(\d\d)/", name))
             and int(home[1]) > stage.number]
    assert not later
    tests = {name for name in trees.tree_files(CHECKOUT)
             if name.startswith(f"grading/{stage.name}/test_")}
    assert tests and tests <= names


@pairs
def test_a_student_carries_a_whole_lab_into_the_next(earlier, later, tmp_path, monkeypatch, capfd):
    """Every region comes along; the tree builds, and boots as far as the next lab's first TODO."""
    mine, new = tmp_path / "mine", tmp_path / "new"
    handout.make_handout(earlier, mine)
    solved = other_bodies(earlier)
    fill(in_tree(earlier, mine), solved)
    handout.make_handout(later, new)
    commit_all(new)
    status, out, _ = call(monkeypatch, capfd, new, "carry", mine, f"lab={later.lab}")
    own = regions.own_regions(earlier)
    assert status == 0 and set(solved) == set(own)
    known = set(regions.stage_regions(later)) - set(regions.own_regions(later))
    assert out.endswith(f"carry: {len(own)} of {len(known)} regions carried into {later.place}\n")
    carried = regions.stage_regions(in_tree(later, new))
    for id_, body in solved.items():
        assert carried[id_].body == body

    begun = make(new, "run", "WERROR=1")
    first = regions.exercises(regions.own_regions(later))[0].id
    assert f"exercise {first} is not done yet" in begun.stderr, begun.stdout + begun.stderr
    assert begun.returncode == 2

    fill(in_tree(later, new), {id_: r.body for id_, r in regions.own_regions(later).items()})
    done = make(new, "run")
    assert "Hello, world!" in done.stdout and done.returncode == 0, done.stderr


@pairs
def test_work_that_is_not_committed_is_not_carried_over(earlier, later, tmp_path, monkeypatch,
                                                        capfd):
    mine, new = tmp_path / "mine", tmp_path / "new"
    handout.make_handout(earlier, mine)
    fill(in_tree(earlier, mine), other_bodies(earlier))
    handout.make_handout(later, new)
    git(new.parent, "init", "-q", str(new))
    status, _, err = call(monkeypatch, capfd, new, "carry", mine, f"lab={later.lab}")
    assert status == 2 and "not committed" in err


# -- grades of submissions --------------------------------------------------------------------

LATER = [stage for stage in STAGES if stage.number > 1]  # lab 01 is graded in test_grade.py


@pytest.mark.parametrize("isolate", ["no", "yes"])
@pytest.mark.parametrize("stage", LATER, ids=lambda stage: stage.lab)
def test_a_student_who_did_the_first_exercise_earns_its_points(stage, isolate, tmp_path):
    first, *others = regions.exercises(regions.own_regions(stage))
    mine = tmp_path / f"somebody-{isolate}"
    handout.make_handout(stage, mine)
    theirs = {id_: body for id_, body in other_bodies(stage).items()
              if id_ in {region.id for region in first.regions}}
    fill(in_tree(stage, mine), theirs)
    done = make(CHECKOUT, "grade", f"LAB={stage.lab}", f"SUBMISSION={mine}", f"ISOLATE={isolate}")
    saved = CHECKOUT / "build/submissions" / f"{mine.name}.json"
    report = json.loads(saved.read_text())
    assert done.returncode == 2 and done.stdout.endswith(f"Score: {first.points}/100\n"), done
    scores = {exercise["id"]: exercise["score"] for exercise in report["exercises"]}
    assert scores == {first.id: first.points} | {other.id: 0 for other in others}
    wrong = [test["name"] for test in report["tests"] if test["verdict"]
             != ("PASS" if test["name"].startswith(f"{first.id}/") else "NOT-DONE")]
    assert not wrong
    assert not report["output"]  # nothing was changed outside of the exercises


# -- the front door, lab by lab ---------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.lab)
def test_every_lab_runs(stage):
    done = make(CHECKOUT, "run", f"LAB={stage.lab}")
    assert done.returncode == 0 and "hello: exit status 0" in done.stderr
    assert "Hello, world!" in done.stdout


@pairs
def test_an_application_runs_from_its_stage_on(earlier, later):
    """`make run` and the build agree about which applications a stage has."""
    named = {}
    for stage in (earlier, later):
        said = make(CHECKOUT, "run", f"LAB={stage.lab}", "APP=nosuch").stderr
        named[stage] = set(said.split("there are: ")[1].split("\n")[0].split())
        built = {path.stem for path in (CHECKOUT / "build" / stage.name).glob("*.elf")}
        assert named[stage] <= built
    home = CHECKOUT / f"common/apps/from-{later.lab}"
    assert named[later] - named[earlier] == {path.stem for path in home.glob("*.c")}


def gdb_says(stage: Stage, folder: Path, commands: str, *words: str) -> str:
    """What GDB prints for these commands, after those of the verb in `words`."""
    script = folder / "batch.gdb"
    script.write_text(commands)
    done = subprocess.run(
        ["make", "-s", *words, f"LAB={stage.lab}"], cwd=CHECKOUT, text=True, capture_output=True,
        env=os.environ | {"GDB_ARGS": f"-batch -x {script}", "SETUP": "no"},
        stdin=subprocess.DEVNULL, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.lab)
def test_gdb_comes_to_main_in_every_lab(stage, tmp_path):
    said = gdb_says(stage, tmp_path, "hbreak main\ncontinue\npt $pc\n", "gdb")
    assert "main () at common/apps/hello.c" in said
    allowed = re.search(r"allowed: (.*)", said)[1]
    assert ("write" in allowed) == (stage.number == 1)  # code can be written in lab 01 only


REPLAYED = {"01-boot": "1.6/backtrace_of_five_calls", "02-paging": "2.3/control_registers_are_set",
            "03-smp": "3.5/the_last_thread_ends_the_machine"}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.lab)
def test_a_test_of_every_lab_can_be_replayed_backwards(stage, tmp_path):
    """From the machine's end back to where the kernel began."""
    back = "delete\nhbreak {}\nreverse-continue\nbt 1\n"
    said = gdb_says(stage, tmp_path, back.format("main") + back.format("kernel_main"),
                    "rewind", f"T={REPLAYED[stage.name]}")
    assert re.search(r"(?s)^#0  main \(.*^#0  kernel_main \(", said, re.MULTILINE), said


def test_what_does_not_link_is_told(tmp_path: Path) -> None:
    """Images are linked when a test asks for one: the linker's words are not lost then."""
    stage = next(stage for stage in STAGES if stage.lab == "02")
    body = "    extern void nowhere(void);\n    nowhere();\n    return 0;\n"
    tree = submission.with_bodies(stage, {"2.2g": body}, tmp_path / "tree")
    result = treerun.run_tests(tree, ["2.2/largest_pages_are_used"])
    assert "nowhere" in result.fault and "undefined" in result.fault, result
