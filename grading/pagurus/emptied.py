"""`emptied LAB`: with any one region emptied, its exercise earns nothing and nothing breaks.

Each tree gets its whole grade; with quick=yes only the tests of the emptied exercise are run.
"""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pagurus import arguments, regions, submission, treerun
from pagurus.errors import UsageError
from pagurus.regions import Region
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
        wrong = f"{HARNESS_ERROR} in {', '.join(broken)}"
    elif score is None:
        wrong = f"no score of exercise {region.exercise} in the report"
    elif score:
        wrong = f"exercise {region.exercise} still earns {score:g} of {region.points}"
    else:
        return True, f"noticed  {region.id}  exercise {region.exercise} earns nothing"
    return False, f"MISSED   {region.id}  {wrong}"


def _try(stage: Stage, region: Region, quick: bool) -> tuple[bool, str]:
    """Grade the solution without one region, in a tree that stays only if something is wrong."""
    out = stage.root / "build" / "emptied" / stage.name / region.id
    shutil.rmtree(out, ignore_errors=True)
    tree = submission.with_bodies(stage, {region.id: region.placeholder}, out)
    tests = [region.exercise] if quick else []
    noticed, line = judge(region, treerun.run_tests(tree, tests))
    if noticed:
        shutil.rmtree(out)
    return noticed, line


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("emptied", argv, may=["LAB"], options=["only", "quick"])
    stage = find_stage(find_root(), call.plain[0])
    own = regions.own_regions(stage)
    only = call.option("only")
    chosen = [r for r in own.values() if only in ("", r.id, r.exercise)]
    if not chosen:
        raise UsageError(f"no region {only or 'at all'} in {stage.place}")
    quick = call.flag("quick")
    noticed = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for is_noticed, line in pool.map(lambda r: _try(stage, r, quick), chosen):
            noticed += is_noticed
            print(line, flush=True)
    print(f"emptied: {noticed}/{len(chosen)} noticed")
    return 0 if noticed == len(chosen) else 1
