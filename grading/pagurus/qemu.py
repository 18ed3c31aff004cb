"""QEMU's command line for one machine, from the flags in common/mk/qemu.mk and what a test wants."""

import functools
import os
import random
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pagurus.errors import UsageError
from pagurus.stages import find_root

# The dirt does not depend on the seed of a run: the same code must get the same grade.
_DIRT_SEED = "what was in memory before"
_DIRT_BYTES = 64 << 20


def read_flags() -> dict[str, str]:
    """The `NAME = value` lines of qemu.mk; other assignments and rules are not for the grader."""
    flags: dict[str, str] = {}
    for line in (find_root() / "common/mk/qemu.mk").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip().isidentifier():
            flags[name.strip()] = value.strip()
    return flags


def memory_bytes(text: str) -> int:
    """`64M`, `8G`, `640K` or plain MiB, as QEMU reads `-m`."""
    units = {"K": 10, "M": 20, "G": 30}
    shift = units.get(text[-1:].upper(), 20)
    digits = text[:-1] if text[-1:].upper() in units else text
    if not digits.isdigit():
        raise UsageError(f"'{text}' is no size of memory; write 64M or 8G")
    return int(digits) << shift


def accelerator() -> str:
    """`tcg`, or `kvm` when the environment says ACCEL=kvm and this host can."""
    wanted = os.environ.get("ACCEL") or "tcg"
    if wanted == "tcg":
        return wanted
    if wanted != "kvm":
        raise UsageError(f"ACCEL={wanted}: there are tcg and kvm")
    said = _kvm_trouble(find_root() / "common/mk/kvm.sh")
    if said:
        raise UsageError(said)
    return wanted


@functools.cache
def _kvm_trouble(proof: Path) -> str:
    """Why KVM cannot be used here, or nothing; the machine that this starts is started once."""
    try:
        done = subprocess.run([proof], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
    except OSError as error:
        return f"no KVM here: {proof} cannot be run: {error.strerror}"
    said = " ".join(done.stdout.split())
    return "" if done.returncode == 0 else said or f"no KVM here: {proof} says nothing"


def dirt_file(size: int) -> Path:
    """A file of `size` bytes that a machine's memory starts as: 64 MiB of noise, then zeros.

    QEMU maps it privately, so that dirty memory costs no time and the file never changes. All of
    memory is dirty then, also where the firmware and QEMU's multiboot loader put their things:
    they overwrite what they use, as on a real machine.
    """
    path = find_root() / "build" / "grade" / f"dirt-{size >> 10}K.bin"
    if path.exists() and path.stat().st_size == size:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="dirt-")
    with os.fdopen(handle, "wb") as file:
        noise = random.Random(_DIRT_SEED)
        for at in range(0, min(size, _DIRT_BYTES), 1 << 20):
            file.write(noise.randbytes(min(1 << 20, size - at)))
        file.truncate(size)  # what lies above is a hole and takes no room on the disk
    os.rename(name, path)
    return path


@dataclass
class MachineSpec:
    """What a test wants of its machine; the rest comes from qemu.mk."""

    kernel: Path
    cwd: Path  # file names on QEMU's command line are relative to it, and the guest sees them
    modules: list[str] = field(default_factory=list)  # each `FILE` or `FILE some text`
    args: str | None = None
    memory: str | None = None
    machine: str | None = None
    cpu: str | None = None
    smp: int = 1
    dirty: bool = True
    counted: bool = True  # time is counted in instructions; else each CPU has a thread of the host
    extra: list[str] = field(default_factory=list)

    def relative(self, path: Path) -> str:
        """A file's name as the guest will see it."""
        path = path.resolve()
        return str(path.relative_to(self.cwd)) if path.is_relative_to(self.cwd) else str(path)


def base_command(spec: MachineSpec, icount_options: str = "") -> list[str]:
    """The machine itself, without its channels: what the grader, GDB and a replay all start."""
    flags = read_flags()
    accel = accelerator()
    memory = spec.memory or flags.get("QEMU_MEMORY", "64M")
    machine = spec.machine or flags["QEMU_MACHINE"]
    command = [os.environ.get("QEMU") or flags["QEMU"]]
    size = memory_bytes(memory)
    lazy = size > memory_bytes(flags["QEMU_PROMISE"])
    if spec.dirty or lazy:
        backend = f"memory-backend-{'file' if spec.dirty else 'ram'},id=ram,size={size}"
        if lazy:
            backend += f",{flags['QEMU_LAZY']}"
        if spec.dirty:
            backend += f",share=off,mem-path={str(dirt_file(size)).replace(',', ',,')}"
        machine += ",memory-backend=ram"
        command += ["-object", backend]
    command += ["-machine", machine]
    command += ["-accel", accel if spec.counted or accel != "tcg" else "tcg,thread=multi"]
    command += ["-cpu", spec.cpu or flags["QEMU_CPU"]]
    command += ["-m", memory, "-smp", str(spec.smp)]
    if accel == "tcg" and spec.counted:
        command += ["-icount", flags["QEMU_ICOUNT"] + icount_options]
    command += flags["QEMU_FLAGS"].split()
    command += ["-kernel", spec.relative(spec.kernel)]
    if spec.modules:
        # QEMU splits at commas; a doubled one stands for itself.
        command += ["-initrd", ",".join(module.replace(",", ",,") for module in spec.modules)]
    if spec.args is not None:
        command += ["-append", spec.args]
    return command + spec.extra
