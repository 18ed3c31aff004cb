"""`emptied LAB`: with any one region emptied, its exercise earns nothing and nothing breaks.

One region, drawn anew each time (SEED repeats it), gets its tree's whole grade, the others only the
tests of the emptied exercise. What other exercises' tests make of a TODO differs little from one
region to the next, and tests/test_cheats.py grades whole labs that are done in part. whole=yes
grades all of each tree.
"""

import random
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pagurus import arguments, regions, submission, treerun
from pagurus.errors import UsageError
from pagurus.regions import Region
from pagurus.session import run_seed
from pagurus.stages import Stage, find_root, find_stage
from pagurus.treerun import HARNESS_ERROR, Result

_AT_ONCE = 2


def judge(region: Region, result: Result) -> tuple[bool, str]:
    """Whether the grade is right for the solution without this region, and the line to print."""
    broken = sorted(name for name, v in result.verdicts.items() if v == HARNESS_ERROR)
    score = result.scores.get(region.exercise)
    if result.error:
        wrong = result.error
    elif broken:
        wrong = f"{HARNESS_ERROR} in {', '.join(broken)}: {result.fault}"
    elif score is None:
        wrong = f"no score of exercise {region.exercise} in the report"
    elif score:
        wrong = f"exercise {region.exercise} still earns {score:g} of {region.points}"
    else:
        return True, f"noticed  {region.id}  exercise {region.exercise} earns nothing"
    return False, f"MISSED   {region.id}  {wrong}"


def graded_whole(chosen: Sequence[Region], everything: bool, seed: str) -> set[str]:
    """Of which regions the tree gets its whole grade: all, or the one that the seed draws."""
    names = [region.id for region in chosen]
    return set(names) if everything else {random.Random(f"{seed} emptied").choice(names)}


def _try(stage: Stage, region: Region, whole: bool) -> tuple[bool, str]:
    """Grade the solution without one region, in a tree that stays only if something is wrong."""
    out = stage.root / "build" / "emptied" / stage.name / region.id
    shutil.rmtree(out, ignore_errors=True)
    tree = submission.with_bodies(stage, {region.id: region.placeholder}, out)
    noticed, line = judge(region, treerun.run_tests(tree, [] if whole else [region.exercise]))
    if noticed:
        shutil.rmtree(out)
    return noticed, line


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("emptied", argv, may=["LAB"], options=["only", "whole"])
    stage = find_stage(find_root(), call.plain[0])
    own = regions.own_regions(stage)
    only = call.option("only")
    chosen = [r for r in own.values() if only in ("", r.id, r.exercise)]
    if not chosen:
        raise UsageError(f"no region {only or 'at all'} in {stage.place}")
    seed = run_seed()
    whole = graded_whole(chosen, call.flag("whole"), seed)
    if len(whole) < len(chosen):
        print(f"graded whole: {', '.join(whole)} (SEED={seed})", flush=True)
    noticed = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for is_noticed, line in pool.map(lambda r: _try(stage, r, r.id in whole), chosen):
            noticed += is_noticed
            print(line, flush=True)
    print(f"emptied: {noticed}/{len(chosen)} noticed")
    return 0 if noticed == len(chosen) else 1
