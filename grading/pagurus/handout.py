"""`handout LAB OUT`: the tree that a student gets, with the regions of that lab emptied.

It holds what a student needs to build, run, grade and debug the lab, and nothing else. What is
hidden from students lies in a folder named `hidden/`, anywhere in the tree: tests in
`grading/NN-name/hidden/`, applications that only they use in `common/apps/hidden/`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pagurus import arguments, exercises, regions, trees
from pagurus.errors import UsageError
from pagurus.regions import Region
from pagurus.stages import Stage, find_root, find_stage, find_stages

HIDDEN = "hidden"

# Taken from the top of the tree as they are, if they are there.
_TOP = ("LICENSE", ".clang-format", ".editorconfig")
_TOP_FOLDERS = (".devcontainer/",)

# Modules of this package that only an instructor calls.
INSTRUCTOR_TOOLS = frozenset(
    f"grading/pagurus/{name}.py"
    for name in (
        "drift",
        "earlier",
        "emptied",
        "forward",
        "handout",
        "labtext",
        "mutants",
        "stagediff",
        "treerun",
    )
)

# Words that only an instructor needs.
INSTRUCTOR_TEXTS = frozenset({"common/mk/help-instructor.txt", "grading/INSTRUCTOR.md"})

# README.md and .gitignore of a handout are written from these.
TEMPLATES = "grading/handout"

# A leak is a run of a body's lines that is long enough to be no coincidence. What merely looks
# alike, as pushing a few registers in their order does, is shorter.
_LEAK_LINES = 4
_LEAK_CHARACTERS = 40
_SHORT_BODY = (2, 20)  # a body that is not so long counts as a whole, from this on


def is_for_students(name: str, stage: Stage) -> bool:
    """Whether a file of the instructor's tree belongs into the handout of this lab."""
    if HIDDEN in name.split("/")[:-1] or name in INSTRUCTOR_TOOLS | INSTRUCTOR_TEXTS:
        return False
    return (
        trees.is_gradeable_part(name, stage) or name in _TOP or name.startswith(_TOP_FOLDERS)
    )


def make_handout(stage: Stage, out: Path) -> list[Region]:
    """Write the student's tree of a lab to the new folder `out`; the regions that were emptied."""
    own = regions.own_regions(stage)
    if not own:
        raise UsageError(f"{stage.place} has no exercise to hand out")
    names = [name for name in trees.tree_files(stage.root) if is_for_students(name, stage)]
    taken = {f"{stage.place}/{region.file}" for region in own.values()}
    if not taken <= set(names):
        missing = sorted(taken - set(names))[0]
        raise UsageError(f"{missing} holds a region but is not under git (or hidden); add it first")
    with trees.new_folder(out) as filling:
        trees.copy_files(stage.root, names, filling)
        regions.empty_stage(Stage(filling, stage.name), own)
        regions.drop_handout_lines(Stage(filling, stage.name))  # of earlier labs
        _write_front(stage, filling)
        _refuse_leaks(filling, own, _stage_before(stage))
    return list(own.values())


def _write_front(stage: Stage, out: Path) -> None:
    own = regions.exercises(regions.own_regions(stage))
    rows = "\n".join(
        f"| {exercise.id} | {exercise.points} | {' '.join(f'`{f}`' for f in exercise.files)} |"
        for exercise in own
    )
    words = {
        "{{LAB}}": stage.lab,
        "{{STAGE}}": stage.name,
        "{{FIRST}}": own[0].id,
        "{{POINTS}}": str(exercises.total(stage)),
        "{{EXERCISES}}": f"| exercise | points | files |\n| --- | --- | --- |\n{rows}",
    }
    for template, name in (("README.md", "README.md"), ("gitignore", ".gitignore")):
        path = stage.root / TEMPLATES / template
        if not path.is_file():
            raise UsageError(f"{TEMPLATES}/{template} does not exist")
        text = path.read_text("utf-8")
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        (out / name).write_text(text, "utf-8")
    (out / "handout.mk").write_text(
        "# This tree is the handout of one lab; the Makefile reads this file.\n"
        f"LAB := {stage.lab}\nHANDOUT := yes\n",
        "utf-8",
    )


def _significant(text: str) -> list[tuple[int, str]]:
    """The lines that say something, without blanks, with their numbers."""
    lines = ((n, "".join(line.split())) for n, line in enumerate(text.split("\n"), start=1))
    return [(n, line) for n, line in lines if sum(c.isalnum() for c in line) >= 3]


def _windows(lines: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(lines[i : i + size]) for i in range(len(lines) - size + 1)]


def _telling_runs(lines: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """From each line on, the shortest run that is long enough; else the whole, if it may count."""
    found = False
    for start in range(len(lines)):
        for end in range(start + _LEAK_LINES, len(lines) + 1):
            if sum(map(len, lines[start:end])) >= _LEAK_CHARACTERS:
                found = True
                yield tuple(lines[start:end])
                break
    least_lines, least_characters = _SHORT_BODY
    if not found and len(lines) >= least_lines and sum(map(len, lines)) >= least_characters:
        yield tuple(lines)


def find_leaks(tree: Path, own: Mapping[str, Region], before: Path | None = None) -> list[str]:
    """Where lines of these regions' bodies stand in a tree, as `file:line: what` lines.

    `before` is the folder of the stage before: lines that stand there are no news to a student.
    """
    wanted: dict[int, dict[tuple[str, ...], str]] = {}
    for region in own.values():
        if not regions.is_unsolved(region.body, region.file, region.placeholder):
            for run in _telling_runs([line for _, line in _significant(region.body)]):
                wanted.setdefault(len(run), {})[run] = region.id
    for path in _files(before) if before else ():
        lines = [line for _, line in _significant(regions.read_source(path))]
        for size, bodies in wanted.items():
            for window in _windows(lines, size):
                bodies.pop(window, None)
    found = []
    for path in _files(tree):
        numbered = _significant(regions.read_source(path))
        lines = [line for _, line in numbered]
        for size, bodies in wanted.items():
            for start, window in enumerate(_windows(lines, size)):
                if window in bodies:
                    place = f"{path.relative_to(tree).as_posix()}:{numbered[start][0]}"
                    found.append(f"{place}: lines of the solution of {bodies[window]}")
    return found


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()]


def _stage_before(stage: Stage) -> Path | None:
    earlier = [one.path for one in find_stages(stage.root) if one.number < stage.number]
    return earlier[-1] if earlier else None


def _refuse_leaks(tree: Path, own: Mapping[str, Region], before: Path | None) -> None:
    leaks = find_leaks(tree, own, before)
    if leaks:
        raise UsageError(f"no handout written, it would give a solution away: {leaks[0]}")


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("handout", argv, needs=["LAB", "OUT"])
    stage = find_stage(find_root(), call.plain[0])
    out = Path(call.plain[1])
    emptied = make_handout(stage, out)
    print(f"{out}: the handout of {stage.name}, {len(emptied)} regions to write")
    return 0
