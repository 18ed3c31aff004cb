"""The command `make bench`: measure one stage, print the table, and keep it as JSON.

In:  STAGE (01-boot); N (rounds, 11 or more), CHECK=1 (a missed target fails), LINUX=no (without it).
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

from pagurus import qemu
from pagurus.errors import UsageError
from pagurus.stages import find_root, find_stage

from bench import footprint, guests, report, rounds
from bench.errors import BenchError

MACHINES = ("microvm", "q35")
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
    build, out = root / "build" / stage.name, root / "build" / "bench"

    hello = guests.hello_guest(build)
    contestants = [guests.floor_guest(out), hello]
    version = _qemu_version()
    print(f"bench {stage.name}: {version}, TCG, {guests.MEMORY}; medians of"
          f" {options.rounds} rounds; the host has {os.cpu_count()} CPUs and a load of"
          f" {os.getloadavg()[0]:.1f}", flush=True)
    about_linux = None
    if options.linux:
        linux, kernel = guests.linux(out / "linux")
        contestants.append(linux)
        about_linux = {**asdict(kernel), "arguments": linux.boot[-1]}
        print(f"linux: {kernel.package} {kernel.version}, {linux.boot[-1]}", flush=True)

    series = rounds.measure(contestants, MACHINES, options.rounds)
    sizes = {name: footprint.stripped_size(build / name, out)
             for name in ("hello.elf", "loader.elf")}
    memory = {machine: footprint.least_memory(hello, machine) for machine in MACHINES}
    counted = {machine: footprint.count_instructions(build, machine) for machine in MACHINES}

    found = report.targets(series, sizes, memory)
    print("", *report.time_table(series), "", *report.target_table(found), sep="\n")
    print("", *(f"instructions on {machine}: firmware {count.firmware:,}, then from the loader's"
                f" entry to hello's first output {count.hello:,}"
                for machine, count in counted.items()), sep="\n")
    about = {"stage": stage.name, "qemu": version, "memory": guests.MEMORY,
             "rounds": options.rounds, "linux": about_linux,
             "host": {"cpus": os.cpu_count(), "load": os.getloadavg()},
             "instructions": {machine: asdict(count) for machine, count in counted.items()}}
    file = out / f"{stage.name}.json"
    file.write_text(json.dumps(report.as_json(series, found, about), indent=2) + "\n")
    print(f"\nkept in {file.relative_to(root)}")
    return all(target.met for target in found)


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
