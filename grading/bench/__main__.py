"""The command `make bench`: measure one stage, print the table, and keep it as JSON.

In:  STAGE (02-paging); N (rounds, 11 or more), CHECK=1 (a missed target fails), LINUX=no (without).
Out: the table, build/bench/STAGE.json; status 0, 1 for a missed target, 2 when nothing is measured.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pagurus import build, qemu
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stage
from pagurus.verdict import HarnessError

from bench import guests, report, rounds, stages
from bench.errors import BenchError
from bench.measure import Subject

_YES_NO = {"": None, "1": True, "yes": True, "0": False, "no": False}


@dataclass(frozen=True)
class Options:
    """What the caller wants."""

    stage: str
    rounds: int = rounds.LEAST_ROUNDS
    check: bool = False
    linux: bool = True


def read_options(environment: Mapping[str, str]) -> Options:
    """The options, or UsageError."""
    def flag(name: str, default: bool) -> bool:
        value = environment.get(name, "")
        if value not in _YES_NO:
            raise UsageError(f"{name}={value}: say yes (1) or no (0)")
        chosen = _YES_NO[value]
        return default if chosen is None else chosen

    if environment.get("ACCEL", "tcg") not in ("", "tcg"):
        raise UsageError(f"ACCEL={environment['ACCEL']}: the bench measures with tcg")
    number = environment.get("N") or str(rounds.LEAST_ROUNDS)
    if not re.fullmatch("[0-9]{1,2}", number) or int(number) < rounds.LEAST_ROUNDS:
        raise UsageError(f"N={number}: a number of rounds is {rounds.LEAST_ROUNDS} to 99")
    return Options(environment.get("STAGE", ""), int(number), flag("CHECK", False),
                   flag("LINUX", True))


def bench(options: Options) -> bool:
    """Measure and print; whether every target is met."""
    root = find_root()
    stage = find_stage(root, options.stage)
    chosen = stages.measures(stage.name)
    for earlier in stages.needs(stage.name):
        _build(root, earlier)
    out = root / "build" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    version = _qemu_version()
    print(f"bench {stage.name}: {version}, TCG, {guests.MEMORY}; medians of"
          f" {options.rounds} rounds; the host has {os.cpu_count()} CPUs and a load of"
          f" {os.getloadavg()[0]:.1f}", flush=True)
    kernel = guests.linux_kernel(out / "linux") if options.linux else None
    if kernel:
        print(f"linux: {kernel.package} {kernel.version}", flush=True)

    subject = Subject(root, stage.name, out, options.rounds, kernel)
    findings = []
    for measure in chosen:
        findings.append(measure(subject))
        if findings[-1].lines:
            print("", *findings[-1].lines, sep="\n", flush=True)
    found = [target for one in findings for target in one.targets]
    print("", *report.target_table(found), sep="\n")
    about = {"stage": stage.name, "qemu": version, "memory": guests.MEMORY,
             "rounds": options.rounds, "linux": asdict(kernel) if kernel else None,
             "host": {"cpus": os.cpu_count(), "load": os.getloadavg()}}
    file = out / f"{stage.name}.json"
    file.write_text(json.dumps(report.as_json(findings, about), indent=2) + "\n")
    print(f"\nkept in {file.relative_to(root)}")
    return all(target.met for target in found)


def _build(root: Path, stage: str) -> None:
    """An earlier stage, which make has not built for us."""
    try:
        broken = build.build(Stage(root, stage))
    except HarnessError as error:
        raise BenchError(f"{stage} does not build: {error}") from error
    if broken:
        raise BenchError(f"{stage} does not build: {broken.output}")


def _qemu_version() -> str:
    program = os.environ.get("QEMU") or qemu.read_flags()["QEMU"]
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30,
                              check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"cannot run {program}: {error}") from error
    return "QEMU " + (re.findall(r"version (\S+)", text) or ["of unknown version"])[0]


def main() -> int:
    """Run the bench; what prevents it is one line on stderr and exit status 2."""
    # A terminated bench ends its machine as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    try:
        options = read_options(os.environ)
        met = bench(options)
    except (UsageError, BenchError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 2
    return 1 if options.check and not met else 0


if __name__ == "__main__":
    sys.exit(main())
