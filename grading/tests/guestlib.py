"""Builds the tiny guests of grading/tests/guests and makes machines of them."""

import subprocess
from pathlib import Path
from typing import Any

from pagurus.machine import Machine
from pagurus.qemu import MachineSpec

GUESTS = Path(__file__).parent / "guests"


def build_guest(folder: Path, name: str, **defines: str | int) -> Path:
    """Assemble and link one guest; the defines are NASM's."""
    made = folder / f"{name}.o"
    image = folder / f"{name}.elf"
    options = [f"-D{key}={value}" for key, value in defines.items()]
    for command in (
        ["nasm", "-f", "elf64", "-g", "-F", "dwarf", "-i", f"{GUESTS}/", *options,
         "-o", str(made), str(GUESTS / f"{name}.asm")],
        ["ld", "-N", "--no-warn-rwx-segments", "-Ttext=0x100000", "-o", str(image), str(made)],
    ):
        subprocess.run(command, check=True)
    return image


def boot(folder: Path, name: str, *, defines: dict[str, str | int] | None = None,
         serial_stall: int = 0, wall: float = 20, **spec: Any) -> Machine:
    """A machine that boots a guest built into `folder`."""
    image = build_guest(folder, name, **(defines or {}))
    return Machine(MachineSpec(image, folder, **spec), symbols=[image],
                   serial_stall=serial_stall, wall=wall)
