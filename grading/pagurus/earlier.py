"""`earlier LAB`: what earlier labs' tests saw still holds in a later stage.

The stage is graded under each earlier lab's name. What it changed on purpose stands in
grading/tests/earlier/NN-name.txt, one test a line with the reason:

    1.6/each_ist_stack_is_its_own  # these stacks lie in STACK_AREA now

Every other test must pass; and one that is listed and passes must be taken off the list.
"""

import re
import shutil
from collections.abc import Sequence

from pagurus import arguments, regions, submission, treerun
from pagurus.errors import UsageError
from pagurus.regions import SUFFIXES
from pagurus.stages import Stage, find_root, find_stage, find_stages

_LISTED = re.compile(r"(?P<test>\d+\.\d+/[A-Za-z0-9_]+)\s+#\s+(?P<why>\S.*)")
_MARKER = re.compile(r"\bEXERCISE (?P<lab>\d+)\.|\bHANDOUT:")


def changed_on_purpose(stage: Stage) -> dict[str, str]:
    """The tests of earlier labs that a stage lists, with the reasons."""
    path = stage.root / "grading" / "tests" / "earlier" / f"{stage.name}.txt"
    listed: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines() if path.is_file() else (), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LISTED.fullmatch(line.strip())
        if not match:
            raise UsageError(f"{path.name}:{number}: a line reads `1.6/name_of_a_test  # REASON`")
        listed[match["test"]] = match["why"]
    return listed


def _disguise(stage: Stage, earlier: Stage, tree: Stage) -> Stage:
    """In a copy of the later stage: the same stage under the earlier one's name and text."""
    disguised = Stage(tree.root, earlier.name)
    tree.path.rename(disguised.path)
    shutil.copy2(earlier.path / "README.md", disguised.path / "README.md")
    shutil.copytree(stage.root / "grading" / earlier.name, tree.root / "grading" / earlier.name,
                    ignore=shutil.ignore_patterns("__pycache__"))
    for path in disguised.path.rglob("*"):
        if path.suffix in SUFFIXES:
            kept, later = [], False
            for line in regions.split_lines(regions.read_source(path)):
                if marker := _MARKER.search(line):
                    later = int(marker["lab"]) > earlier.number if marker["lab"] else later
                    if later:
                        continue  # exercises of labs that this one does not know
                kept.append(line)
            regions.write_source(path, "".join(kept))
    return disguised


def judge(verdicts: dict[str, str], listed: dict[str, str]) -> list[str]:
    """What is wrong, a line a test; `listed` are those of this lab that should not pass."""
    problems = []
    for name, verdict in sorted(verdicts.items()):
        expected = name.split("[")[0] in listed
        if verdict == treerun.HARNESS_ERROR or (verdict != "PASS" and not expected):
            problems.append(f"{verdict:<13} {name}")
    for name in listed:
        seen = [v for full, v in verdicts.items() if full.split("[")[0] == name]
        if not seen or all(verdict == "PASS" for verdict in seen):
            problems.append(f"{'listed':<13} {name} {'passes' if seen else 'does not exist'}")
    return problems


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("earlier", argv, may=["LAB"])
    stage = find_stage(find_root(), call.plain[0])
    listed = changed_on_purpose(stage)
    held = ran = 0
    for earlier in find_stages(stage.root):
        if earlier.number >= stage.number:
            break
        out = stage.root / "build" / "earlier" / stage.name / earlier.name
        shutil.rmtree(out, ignore_errors=True)
        tree = _disguise(stage, earlier, submission.with_bodies(stage, {}, out))
        result = treerun.run_tests(tree)
        if result.error:
            raise UsageError(f"{stage.name} as {earlier.name}: {result.error}")
        of_lab = {name: why for name, why in listed.items()
                  if name.startswith(f"{earlier.number}.")}
        problems = judge(result.verdicts, of_lab)
        for problem in problems:
            print(f"{problem}  ({earlier.name}'s tests, {stage.name})")
        ran += len(result.verdicts)
        held += len(result.verdicts) - len(problems)
        if not problems:
            shutil.rmtree(out)
    print(f"earlier: {held}/{ran} hold" if ran else f"earlier: nothing before {stage.name}")
    return 0 if held == ran else 1
