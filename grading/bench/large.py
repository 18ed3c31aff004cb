"""What much memory costs: the boot of a large machine beside a small one's, and the metadata."""

from pagurus.machine import Machine
from pagurus.verdict import CheckFailed, HarnessError, MachineEnded

from bench import footprint, guests, rounds
from bench.boot import TIMED_MACHINE, as_json, time_table
from bench.errors import BenchError
from bench.measure import Findings, Subject, Target

SMALL, LARGE = "128M", "64G"
BOOT_RATIO = 1.2
METADATA_PERCENT = 0.5
_BYTES = {SMALL: 128 << 20, LARGE: 64 << 30}
_PAGE = 4096


def boot(subject: Subject) -> Findings:
    """Boot hello with little and with much memory in turn, by the clock and by instructions."""
    hello = guests.hello_guest(subject.build)
    contestants = [guests.floor_guest(subject.out)]
    contestants += [hello.with_memory(size, f"hello {size}") for size in (SMALL, LARGE)]
    series = rounds.measure(contestants, [TIMED_MACHINE], subject.rounds)
    spoke = {one.guest: one.spoke for one in series}
    counted = {size: footprint.count_instructions(subject.build, TIMED_MACHINE, size).hello
               for size in (SMALL, LARGE)}
    what = f"hello with {LARGE} / with {SMALL}"
    return Findings(
        time_table(series),
        [Target(f"{what}, time to first output", spoke[f"hello {LARGE}"] / spoke[f"hello {SMALL}"],
                BOOT_RATIO),
         Target(f"{what}, instructions", counted[LARGE] / counted[SMALL], BOOT_RATIO)],
        {"large": {"times": [as_json(one) for one in series], "instructions": counted}})


def metadata(subject: Subject) -> Findings:
    """The table of frames and the page tables, as the machine has them when main is reached."""
    found = {}
    for size in (SMALL, LARGE):
        try:
            with footprint.hello_machine(subject.build, TIMED_MACHINE, size) as machine:
                machine.run_to("image:main")
                found[size] = metadata_bytes(machine)
        except (HarnessError, MachineEnded, CheckFailed) as error:
            raise BenchError(f"cannot read the metadata with {size}: {error}") from error
    return Findings(
        targets=[Target(f"metadata with {size}", found[size] / _BYTES[size] * 100,
                        METADATA_PERCENT, unit="% of memory") for size in found],
        data={"metadata_bytes": found})


def metadata_bytes(machine: Machine) -> int:
    """Of a machine whose memory is set up (mm/frames_boot.c, struct page_tables)."""
    table = machine.u64("image:table_end") - machine.u64("image:table_base")
    frames = machine.u64(machine.address("image:kernel_tables") + 8)
    return table + frames * _PAGE
