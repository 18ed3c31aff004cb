"""The guests that are measured, each as QEMU's command line on a machine, and the text it says."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pagurus import qemu

from bench import linux_guest
from bench.errors import BenchError
from bench.timing import Run, time_run

MEMORY = "256M"  # the same for all; Linux needs 128M
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
    limit: float = _QUICK
    boots: int = 3  # in each round: short times need more of them, and cost little
    spare_boots: int = 0  # so many boots may fail in a bench, and are done again

    def command(self, machine: str, memory: str = MEMORY) -> list[str]:
        """QEMU with this guest, its console on stdout; time is the host's, so no -icount."""
        flags = qemu.read_flags()
        return [os.environ.get("QEMU") or flags["QEMU"], "-machine", machine,
                "-accel", "tcg", "-cpu", flags["QEMU_CPU"], "-m", memory,
                *flags["QEMU_FLAGS"].split(), "-no-reboot", "-serial", "stdio", *self.boot]

    def time(self, machine: str, memory: str = MEMORY, limit: float | None = None) -> Run:
        """Boot it once."""
        try:
            return time_run(self.command(machine, memory), self.folder, self.marker, self.status,
                            limit or self.limit)
        except BenchError as error:
            raise BenchError(f"{self.name} on {machine}, {memory}: {error}") from error


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


def hello_guest(build: Path) -> Guest:
    """Ours. The loader speaks first; only a line that starts with Hello is the application's."""
    for name in ("loader.elf", "hello.elf"):
        if not (build / name).exists():
            raise BenchError(f"no {name} in {build}; make build makes it")
    return Guest("hello", build, ("-kernel", "loader.elf", "-initrd", "hello.elf"),
                 re.compile(rb"^Hello", re.MULTILINE), DEBUG_EXIT_0)


def linux(folder: Path) -> tuple[Guest, linux_guest.Kernel]:
    """Linux, which turns the machine off by itself: QEMU ends with 0."""
    try:
        kernel = linux_guest.fetch_kernel(folder)
    except BenchError as error:
        raise BenchError(f"no Linux to compare with: {error} (apt-get update may help; LINUX=no "
                         "leaves it out)") from error
    initramfs = linux_guest.build_initramfs(folder)
    arguments = linux_guest.arguments(Path("/proc/cpuinfo").read_text())
    boot = ("-kernel", "vmlinuz", "-initrd", initramfs.name, "-append", arguments)
    return Guest("linux", folder, boot, re.compile(rb"^Hello", re.MULTILINE), 0,
                 limit=30.0, boots=1, spare_boots=3), kernel
