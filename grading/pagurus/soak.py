"""The verb `soak LAB [N]`: the grade N times while other work keeps all cores busy.

Every run draws its own seed; the verdicts must be the same every time, to the last test.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pagurus.build import cores
from pagurus.errors import UsageError
from pagurus.stages import find_root, find_stage

_BUSY = "while True: pass"  # one process of this for each core
_RUN_SECONDS = 600


def main(argv: Sequence[str]) -> int:
    """Grade again and again; exit status 0 if all results are one and the same, full or not."""
    if len(argv) > 2:
        raise UsageError("usage: soak [LAB] [N]")
    stage = find_stage(find_root(), argv[0] if argv else "")
    count = argv[1] if len(argv) > 1 and argv[1] else "50"
    if not re.fullmatch("0*[1-9][0-9]{0,5}", count):
        raise UsageError(f"N={count} is no number of runs")
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(cores())]
    try:
        return _soak(stage.root, stage.name, int(count))
    finally:
        for process in busy:
            process.kill()
            process.wait()


def _soak(root: Path, lab: str, count: int) -> int:
    results: Counter[tuple[tuple[str, str], ...]] = Counter()
    start = time.monotonic()
    for number in range(1, count + 1):
        result, seed, score = _grade(root, lab)
        known = result in results
        results[result] += 1
        if not known and len(results) > 1:
            usual = dict(results.most_common(1)[0][0])
            for name, verdict in result:
                if usual.get(name) != verdict:
                    print(f"run {number}, SEED={seed}: {name} {verdict}, before "
                          f"{usual.get(name, 'absent')}", flush=True)
        print(f"run {number}/{count}: {score}, {len(result)} verdicts, "
              f"{time.monotonic() - start:.0f} s", flush=True)
    same = max(results.values())
    print(f"soak: {same} of {count} results identical")
    return 0 if same == count else 1


def _grade(root: Path, lab: str) -> tuple[tuple[tuple[str, str], ...], str, str]:
    """One grade in a process of its own: the verdicts, the seed, the score."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grade.json"
        environment = {name: value for name, value in os.environ.items() if name != "SEED"}
        run = subprocess.run(
            [sys.executable, "-m", "pagurus", "grade", lab, "--json", str(file)], cwd=root,
            env=environment, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False)
        if not file.exists():
            return (("no result", f"status {run.returncode}: {run.stderr[-200:]}"),), "?", "?"
        grade = json.loads(file.read_text())
    tests = grade["tests"]
    verdicts = tuple(sorted((test["name"], test["verdict"]) for test in tests))
    return verdicts, str(grade.get("extra_data", {}).get("seed", "?")), str(grade.get("score", "none"))
