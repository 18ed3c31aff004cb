"""How small: the sizes of the files, the least memory, and the instructions that hello costs."""

import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pagurus.machine import Machine
from pagurus.qemu import MachineSpec
from pagurus.verdict import HarnessError, MachineEnded

from bench import guests
from bench.boot import MACHINES, TIMED_MACHINE
from bench.errors import BenchError
from bench.guests import Guest
from bench.measure import Findings, Subject, Target

MEMORY_KIB = 4 * 1024
STEP_KIB = 8  # QEMU rounds a machine's memory up to this
_LOADER_KIB = 1024  # the loader lies at 1 MiB: with so little memory, nothing can run
_MOST_KIB = 64 * 1024
_PROBE_SECONDS = 5.0  # a boot takes a hundredth of it


@dataclass(frozen=True)
class Instructions:
    """Executed instructions up to a point, deterministic under -icount."""

    firmware: int  # from power-on to the loader's entry, QEMU's multiboot loading included
    hello: int  # from the loader's entry until hello's first byte goes to the UART


def sizes(subject: Subject, hello_kib: int, loader_kib: int) -> Findings:
    """The files that are loaded, without what only debuggers read."""
    limits = {"hello.elf": hello_kib, "loader.elf": loader_kib}
    return Findings(targets=[
        Target(f"{name}, stripped", stripped_size(subject.build / name, subject.out), kib * 1024,
               unit="bytes")
        for name, kib in limits.items()])


def memory(subject: Subject) -> Findings:
    """The least memory that hello runs in."""
    hello = guests.hello_guest(subject.build)
    return Findings(targets=[
        Target(f"least memory, {machine}", least_memory(hello, machine), MEMORY_KIB, unit="KiB")
        for machine in MACHINES])


def instructions(subject: Subject, before: str | None = None) -> Findings:
    """What hello costs until it speaks, and how much of that an earlier stage needs."""
    counted = {machine: count_instructions(subject.build, machine) for machine in MACHINES}
    found = Findings(
        [f"instructions on {machine}: firmware {count.firmware:,}, then from the loader's"
         f" entry to hello's first output {count.hello:,}" for machine, count in counted.items()],
        data={"instructions": {machine: asdict(count) for machine, count in counted.items()}})
    if before:
        earlier = count_instructions(subject.root / "build" / before, TIMED_MACHINE)
        times = counted[TIMED_MACHINE].hello / earlier.hello
        found.lines.append(f"instructions on {TIMED_MACHINE}, hello of {before}: {earlier.hello:,};"
                           f" this is {times:.2f} times as many")
        found.data["instructions_before"] = {"stage": before, **asdict(earlier)}
    return found


def stripped_size(elf: Path, folder: Path) -> int:
    """The bytes of an ELF file without symbols and debug information."""
    copy = folder / f"{elf.stem}-stripped.elf"
    try:
        subprocess.run(["strip", "-o", str(copy), str(elf)], check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"cannot strip {elf.name}: {error}") from error
    return copy.stat().st_size


def least_memory(guest: Guest, machine: str) -> int:
    """The least KiB of memory with which the guest runs on this machine."""
    def runs(kib: int) -> bool:
        try:
            guest.with_memory(f"{kib}K").time(machine, _PROBE_SECONDS)
        except BenchError:
            return False
        return True

    return bisect(runs, _LOADER_KIB, _MOST_KIB, STEP_KIB)


def bisect(holds: Callable[[int], bool], below: int, above: int, step: int) -> int:
    """The least multiple of `step` for which `holds`; it does not at `below`, must at `above`."""
    if not holds(above):
        raise BenchError(f"hello does not even run with {above} KiB")
    while above - below > step:
        middle = (below + above) // 2 // step * step
        if holds(middle):
            above = middle
        else:
            below = middle
    return above


def hello_machine(build: Path, machine: str, memory: str | None = None) -> Machine:
    """A machine under -icount with hello in it, stopped at power-on."""
    loader, image = build / "loader.elf", build / "hello.elf"
    spec = MachineSpec(kernel=loader, cwd=build.resolve(), modules=[image.name], dirty=False,
                       machine=machine, memory=memory or guests.MEMORY)
    return Machine(spec, [loader, image])


def count_instructions(build: Path, machine: str, memory: str | None = None) -> Instructions:
    """Boot hello once under -icount, and read the counter at two places."""
    try:
        with hello_machine(build, machine, memory) as guest:
            guest.run_to("loader:_start")
            entry = guest.icount()
            guest.run_to("image:main")
            guest.run_to("image:uart_write")
            return Instructions(entry, guest.icount() - entry)
    except (HarnessError, MachineEnded) as error:
        raise BenchError(f"cannot count hello's instructions: {error}") from error
