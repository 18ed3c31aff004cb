"""How small: the sizes of the files, the least memory, and the instructions that hello costs."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pagurus.machine import Machine
from pagurus.qemu import MachineSpec
from pagurus.verdict import HarnessError, MachineEnded

from bench.errors import BenchError
from bench.guests import Guest

STEP_KIB = 8  # QEMU rounds a machine's memory up to this
_LOADER_KIB = 1024  # the loader lies at 1 MiB: with so little memory, nothing can run
_MOST_KIB = 64 * 1024
_PROBE_SECONDS = 5.0  # a boot takes a hundredth of it


@dataclass(frozen=True)
class Instructions:
    """Executed instructions up to a point, deterministic under -icount."""

    firmware: int  # from power-on to the loader's entry, QEMU's multiboot loading included
    hello: int  # from the loader's entry until hello's first byte goes to the UART


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
            guest.time(machine, f"{kib}K", _PROBE_SECONDS)
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


def count_instructions(build: Path, machine: str) -> Instructions:
    """Boot hello once under -icount, and read the counter at two places."""
    loader, image = build / "loader.elf", build / "hello.elf"
    spec = MachineSpec(kernel=loader, cwd=build.resolve(), modules=[image.name], machine=machine,
                       dirty=False)
    try:
        with Machine(spec, [loader, image]) as guest:
            guest.run_to("loader:_start")
            entry = guest.icount()
            guest.run_to("image:main")
            guest.run_to("image:uart_write")
            return Instructions(entry, guest.icount() - entry)
    except (HarnessError, MachineEnded) as error:
        raise BenchError(f"cannot count hello's instructions: {error}") from error
