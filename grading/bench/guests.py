"""The guests that are measured, each as QEMU's command line on a machine, and the text it says."""

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from pagurus import qemu

from bench import linux_guest
from bench.errors import BenchError
from bench.timing import Run, time_run

MEMORY = "256M"  # the same for all; Linux needs 128M
COUNT = ("-icount", "shift=0,sleep=off")  # time is instructions, one is 1 ns; so is the TSC
DEBUG_EXIT_0 = 1  # isa-debug-exit with value 0 ends QEMU with (0 << 1) | 1
_QUICK = 20.0  # seconds after which a boot that takes milliseconds has failed, on a busy host too


@dataclass(frozen=True)
class Guest:
    """A kernel as QEMU loads it, and how its boot ends when all is well."""

    name: str
    folder: Path  # QEMU's working directory; file names are relative to it
    boot: tuple[str, ...]  # -kernel and what belongs to it
    marker: re.Pattern[bytes]  # its own first output
    status: int  # QEMU's exit status
    memory: str = MEMORY
    flags: tuple[str, ...] = ()  # none: time is the host's
    limit: float = _QUICK
    boots: int = 3  # in each round: short times need more of them, and cost little
    spare_boots: int = 0  # so many boots may fail in a bench, and are done again

    def with_memory(self, memory: str, name: str | None = None) -> "Guest":
        """The same guest in a machine of another size."""
        return replace(self, memory=memory, name=name or self.name)

    def command(self, machine: str) -> list[str]:
        """QEMU with this guest, its console on stdout."""
        flags = qemu.read_flags()
        # Shared memory comes from the host in pages of 4 KiB. Else the host clears 2 MiB for every
        # first touch of so much, which takes longer than all that a kernel does at its start.
        memory = f"memory-backend-ram,id=ram,size={self.memory},{flags['QEMU_LAZY']},share=on"
        return [os.environ.get("QEMU") or flags["QEMU"],
                "-machine", f"{machine},memory-backend=ram", "-object", memory,
                "-accel", "tcg", "-cpu", flags["QEMU_CPU"], "-m", self.memory,
                *flags["QEMU_FLAGS"].split(), *self.flags,
                "-no-reboot", "-serial", "stdio", *self.boot]

    def time(self, machine: str, limit: float | None = None) -> Run:
        """Boot it once."""
        try:
            return time_run(self.command(machine), self.folder, self.marker, self.status,
                            limit or self.limit)
        except BenchError as error:
            raise BenchError(f"{self.name} on {machine}, {self.memory}: {error}") from error


def counted(guest: Guest, memory: str) -> Guest:
    """The same guest, and its TSC counts instructions."""
    return replace(guest, memory=memory, flags=COUNT)


def floor_guest(folder: Path) -> Guest:
    """QEMU's floor, assembled into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(__file__).with_name("floor.asm")
    try:
        subprocess.run(["nasm", "-f", "bin", str(source), "-o", "floor.bin"], cwd=folder,
                       check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise BenchError(f"cannot assemble floor.asm: {error}") from error
    return Guest("floor", folder, ("-kernel", "floor.bin"), re.compile(rb"!"), DEBUG_EXIT_0)


def our_guest(build: Path, app: str, marker: str, name: str | None = None,
              arguments: str | None = None) -> Guest:
    """One of our applications. The loader speaks too: the marker has to be the application's."""
    for file in ("loader.elf", f"{app}.elf"):
        if not (build / file).exists():
            raise BenchError(f"no {file} in {build}; make build makes it")
    boot = ("-kernel", "loader.elf", "-initrd", f"{app}.elf")
    if arguments is not None:
        boot += ("-append", arguments)
    return Guest(name or app, build, boot, re.compile(marker.encode(), re.MULTILINE), DEBUG_EXIT_0)


def hello_guest(build: Path, name: str | None = None) -> Guest:
    """Ours: only a line that starts with Hello is its own."""
    return our_guest(build, "hello", "^Hello", name)


def linux(folder: Path, name: str, initramfs: Path, marker: str, arguments: str) -> Guest:
    """Linux with one program, which turns the machine off by itself: QEMU ends with 0."""
    boot = ("-kernel", "vmlinuz", "-initrd", initramfs.name, "-append", arguments)
    return Guest(name, folder, boot, re.compile(marker.encode(), re.MULTILINE), 0,
                 limit=30.0, boots=1, spare_boots=3)


def linux_hello(folder: Path) -> Guest:
    """Linux with the smallest program there is."""
    return linux(folder, "linux", linux_guest.build_hello(folder), "^Hello",
                 linux_guest.timed_arguments(Path("/proc/cpuinfo").read_text()))


def linux_kernel(folder: Path) -> linux_guest.Kernel:
    """The kernel, fetched into the folder if it is not there yet."""
    try:
        return linux_guest.fetch_kernel(folder)
    except BenchError as error:
        raise BenchError(f"no Linux to compare with: {error} (apt-get update may help; LINUX=no "
                         "leaves it out)") from error
