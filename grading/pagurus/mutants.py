"""`mutants LAB`: wrong bodies for regions, each of which the autograder must catch.

A mutant is a file grading/mutants/NN-name/<region>-<slug>.c (or .asm). Its first comment reads

    /* MUTANT 1.5b: forgets to clear .bss. CAUGHT BY: 1.5/bss_is_zero, 1.5/other */

and may span lines (in NASM: the leading lines that begin with `;`); the rest is the body. It is
caught when it compiles and each test that it names runs to a verdict that is not PASS (and no fault
of the tools). A name without its [parameter] stands for the test with any of them.
"""

import re
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pagurus import arguments, regions, submission, treerun
from pagurus.errors import UsageError
from pagurus.regions import Region
from pagurus.session import is_wanted, run_seed
from pagurus.stages import Stage, find_root, find_stage
from pagurus.treerun import HARNESS_ERROR, Result

_AT_ONCE = 2
_NOT_RUN = "did not run"

_FILE = re.compile(r"(?P<id>\d+\.\d+[a-z]?)-(?P<slug>[a-z0-9][a-z0-9-]*)\.(?:c|asm)")
_C_COMMENT = re.compile(r"\s*/\*(?P<comment>.*?)\*/[ \t\r]*\n?", re.DOTALL)
_NASM_COMMENT = re.compile(r"\s*(?P<comment>(?:;[^\n]*(?:\n|\Z))+)")
_HEAD = re.compile(r"MUTANT (?P<id>\S+): (?P<text>\S.*?) CAUGHT BY: (?P<tests>\S.*)")
_TEST = re.compile(r"\d+\.\d+/[A-Za-z0-9_]+(?:\[[^\s,]+\])?")


@dataclass(frozen=True)
class Mutant:
    """A wrong body, and who must notice."""

    name: str  # "1.5b-no-bss"
    region: str  # "1.5b"
    text: str
    tests: tuple[str, ...]
    body: str


def _parse(path: Path, place: str, known: dict[str, Region]) -> Mutant:
    def wrong(what: str) -> UsageError:
        return UsageError(f"{place}: {what}")

    named = _FILE.fullmatch(path.name)
    if not named:
        raise wrong("a mutant is named REGION-SLUG.c or .asm, as in 1.5b-no-bss.c")
    source = regions.read_source(path)
    nasm = path.suffix == ".asm"
    comment = (_NASM_COMMENT if nasm else _C_COMMENT).match(source)
    if not comment:
        raise wrong("the first thing in a mutant is its comment")
    words = " ".join(re.sub(r"(?m)^\s*[;*]+", " ", comment["comment"]).split())
    head = _HEAD.fullmatch(words)
    if not head:
        raise wrong("the first comment reads `MUTANT REGION: what is wrong. CAUGHT BY: test, test`")
    tests = tuple(test.strip() for test in head["tests"].split(","))
    for test in tests:
        if not _TEST.fullmatch(test):
            raise wrong(f"'{test}' is no name of a test, as in 1.5/bss_is_zero")
    if head["id"] != named["id"]:
        raise wrong(f"the comment says region {head['id']}, the file name {named['id']}")
    region = known.get(head["id"])
    if region is None:
        raise wrong(f"no region {head['id']} in the lab")
    if nasm != region.file.endswith(regions.NASM_SUFFIXES):
        raise wrong(f"the region {region.id} is in {region.file}, another language")
    body = source[comment.end() :].lstrip("\n")
    if not body.strip() or not regions.split_lines(body)[-1].endswith("\n"):
        raise wrong("a mutant has a body, which ends with a line feed")
    if regions.scan_text(body, region.file) != ([], []):
        raise wrong("a mutant's body holds no markers")
    if body.split() == region.body.split():
        raise wrong("the body is the solution")
    return Mutant(path.stem, head["id"], head["text"], tests, body)


def list_mutants(stage: Stage) -> list[Mutant]:
    """All mutants of a lab, checked against its regions; the first that is wrong is an error."""
    folder = stage.root / "grading" / "mutants" / stage.name
    known = regions.own_regions(stage)
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [
        _parse(path, path.relative_to(stage.root).as_posix(), known)
        for path in paths
        if not path.name.startswith(".")
    ]
    if not found:
        raise UsageError(f"no mutants in {folder.relative_to(stage.root).as_posix()}")
    names = [mutant.name for mutant in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two mutants are named {name}")
    return sorted(found, key=lambda mutant: (regions.sort_key(mutant.region), mutant.name))


def build_mutant_tree(stage: Stage, mutant: Mutant, out: Path) -> Stage:
    """The reference solution with the mutant's body, in the new folder `out`."""
    return submission.with_bodies(stage, {mutant.region: mutant.body}, out)


def _verdict(wanted: str, verdicts: dict[str, str]) -> str:
    """The verdict of a test; of one with parameters, the first that is not PASS."""
    seen = [verdict for name, verdict in sorted(verdicts.items()) if is_wanted(name, wanted)]
    if not seen or HARNESS_ERROR in seen:
        return HARNESS_ERROR if seen else _NOT_RUN
    return next((verdict for verdict in seen if verdict != "PASS"), "PASS")


def judge(mutant: Mutant, result: Result) -> tuple[bool, str]:
    """Whether the named tests' verdicts catch the mutant, and the line to print."""
    if result.error:
        return False, f"MISSED  {mutant.name}  {result.error}"
    seen = {test: _verdict(test, result.verdicts) for test in mutant.tests}
    caught = not any(v in ("PASS", HARNESS_ERROR, _NOT_RUN) for v in seen.values())
    listed = ", ".join(f"{test} ({verdict})" for test, verdict in seen.items())
    if HARNESS_ERROR in seen.values():
        listed += f": {result.fault}"
    return caught, f"{'caught' if caught else 'MISSED'}  {mutant.name}  by {listed}"


def _try(stage: Stage, mutant: Mutant) -> tuple[bool, str]:
    """Run a mutant in a tree of its own below build/, which stays only if it was not caught."""
    out = stage.root / "build" / "mutants" / stage.name / mutant.name
    shutil.rmtree(out, ignore_errors=True)
    tree = build_mutant_tree(stage, mutant, out)
    result = treerun.run_tests(tree, mutant.tests)
    caught, line = judge(mutant, result)
    if caught:
        shutil.rmtree(out)
    return caught, line


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("mutants", argv, may=["LAB"], options=["only"])
    stage = find_stage(find_root(), call.plain[0])
    mutants = list_mutants(stage)
    only = call.option("only")
    if only:
        mutants = [m for m in mutants if m.name == only or m.name.startswith(f"{only}-")]
        if not mutants:
            raise UsageError(f"no mutant '{only}' of {stage.name}")
    seed = run_seed()  # one for all of them
    caught = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for is_caught, line in pool.map(lambda mutant: _try(stage, mutant), mutants):
            caught += is_caught
            print(line, flush=True)
    if caught < len(mutants):
        print(f"The same random numbers again: SEED={seed}")
    print(f"mutants: {caught}/{len(mutants)} caught")
    return 0 if caught == len(mutants) else 1
