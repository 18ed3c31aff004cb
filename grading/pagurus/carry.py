"""`carry FROM`: put a student's own bodies from another of their trees into this one, by number.

Regions are found by their ids alone, so that it does not matter what else differs. Nothing is
written but the bodies that are listed as carried, and nothing that git could not bring back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pagurus import arguments, git, regions, trees
from pagurus.errors import UsageError
from pagurus.regions import Region
from pagurus.stages import Stage, find_root, find_stage, find_stages

CARRIED = "carried"
SAME = "same"
EMPTY = "still empty there, kept"
MISSING_THERE = "missing there, kept"
MISSING_HERE = "missing here, left there"


@dataclass(frozen=True)
class Step:
    """What is done about one region."""

    id: str
    file: str
    what: str
    body: str = ""  # the student's, when it is carried

    def __str__(self) -> str:
        return f"{self.id:<6} {self.file}  {self.what}"


def _normal(body: str) -> str:
    return body.replace("\r\n", "\n")


def source_regions(source: Path) -> dict[str, Region]:
    """All regions of a student's tree; what its later stages have wins over the earlier ones."""
    if not source.is_dir():
        raise UsageError(f"{source} is not a folder")
    found: dict[str, Region] = {}
    for stage in find_stages(source):
        found.update(regions.read_regions(stage.path, f"{source}/{stage.place}"))
    if not found:
        raise UsageError(f"no exercise in {source}/labs")
    return found


def plan(target: Stage, source: Path, only: Sequence[str] = ()) -> list[Step]:
    """What carrying would do, one step a region; nothing is written."""
    here = regions.stage_regions(target)
    there = source_regions(source)
    for id_ in only:
        for name, tree in ((target.place, here), (str(source), there)):
            if not any(id_ in (region.id, region.exercise) for region in tree.values()):
                raise UsageError(f"no exercise {id_} in {name}")
    steps = []
    for id_ in sorted({*here, *there}, key=regions.sort_key):
        region, theirs = here.get(id_), there.get(id_)
        exercise = (region or theirs).exercise
        if only and id_ not in only and exercise not in only:
            continue
        if region is None:
            steps.append(Step(id_, theirs.file, MISSING_HERE))
        elif theirs is None:
            if region.lab < target.number:  # this lab's own exercises are not expected there
                steps.append(Step(id_, region.file, MISSING_THERE))
        elif regions.is_unsolved(theirs.body, theirs.file, region.placeholder):
            steps.append(Step(id_, region.file, EMPTY))
        elif _normal(theirs.body) == _normal(region.body):
            steps.append(Step(id_, region.file, SAME))
        else:
            steps.append(Step(id_, region.file, CARRIED, theirs.body))
    return steps


def carry(target: Stage, source: Path, only: Sequence[str] = (), force: bool = False) -> list[Step]:
    """Carry the bodies; refuses when work in the target stage is not committed to git."""
    if source.resolve() == target.root.resolve():
        raise UsageError(f"{source} is this tree itself")
    steps = plan(target, source, only)
    bodies = {step.id: step.body for step in steps if step.what == CARRIED}
    if not bodies:
        return steps
    git.require_committed(target.path, target.place, force)
    here = regions.stage_regions(target)
    for name in sorted({here[id_].file for id_ in bodies}):
        path = target.path / name
        of_file = [region for region in here.values() if region.file == name]
        text = regions.replace_bodies(regions.read_source(path), of_file, bodies)
        trees.write_file(path, text.encode("utf-8", "surrogateescape"))
    return steps


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("carry", argv, needs=["FROM"], options=["lab", "only", "force"])
    target = find_stage(find_root(), call.option("lab"))
    only = call.option("only").replace(",", " ").split()
    steps = carry(target, Path(call.plain[0]), only, call.flag("force"))
    for step in steps:
        print(step)
    carried = sum(step.what == CARRIED for step in steps)
    print(f"carry: {carried} of {len(steps)} regions carried into {target.place}")
    return 0
