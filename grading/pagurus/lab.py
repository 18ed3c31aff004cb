"""A built lab under test: where its files are, and how machines are made from it."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pagurus.build import link
from pagurus.elfsym import read_symbols
from pagurus.errors import UsageError
from pagurus.machine import Machine
from pagurus.qcow2 import empty_qcow2
from pagurus.qemu import MachineSpec
from pagurus.stages import Stage
from pagurus.verdict import CheckFailed, HarnessError, Words

# A folder that the verbs gdb and rewind name: machines leave there how they were started.
KEEP = "PAGURUS_KEEP"

# `1:3`: save the machine of number 1 (from 0) of a test before it is let run for the third time,
# in the folder that KEEP names, and stop the test there.
STAND = "PAGURUS_STAND"

_LOADER_BYTES = 64 << 20

Content = Path | bytes


def snapshot_drive(folder: Path, new: bool = False) -> list[str]:
    """Options for a disk that snapshots are kept on, in no slot of the machine.

    The KVM APIC helper (vapic) is off then: when its reset meets the load of a snapshot, QEMU 7.2's
    two threads wait for each other, and a reverse step never ends.
    """
    path = folder / "snapshot.qcow2"
    if new:
        path.write_bytes(empty_qcow2())
    return ["-drive", f"file={path},if=none,id=rr", "-global", "apic.vapic=off"]


@dataclass(frozen=True)
class Lab:
    """The paths of one stage."""

    stage: Stage

    @property
    def build(self) -> Path:
        """Where loader.elf and the images are."""
        return self.stage.root / "build" / self.stage.name

    @property
    def loader(self) -> Path:
        return self.build / "loader.elf"

    def image(self, app: str) -> Path:
        """The image of an application."""
        path = self.build / f"{app}.elf"
        link(self.stage, path.name)
        if not path.is_file():
            raise HarnessError(f"{path} is missing; there is no application '{app}' or no build")
        return path


class MachineFactory:
    """The fixture `machine`: makes machines for one test, and ends them all after it."""

    def __init__(self, lab: Lab, test: str) -> None:
        self.lab = lab
        self.test = test
        self.machines: list[Machine] = []
        self._folder: Path | None = None

    def __call__(
        self,
        app: str | None = "hello",
        args: str | None = "",
        modules: Sequence[tuple[Content, str]] = (),
        *,
        image: Content | None = None,
        loader: Path | None = None,
        serial_stall: int = 0,
        wall: float | None = None,
        **spec: Any,
    ) -> Machine:
        """Start a machine with the lab's loader and an application, stopped at power-on.

        app: its image is the first boot module; None boots the loader without any module.
        image: another file, or the bytes of one, in the application's place.
        modules: further boot modules, each a file or its bytes, and the text after its name.
        spec: fields of qemu.MachineSpec (memory, machine, cpu, smp, dirty, extra).
        What the loader gets as names stands in `.spec.modules`.
        """
        symbols = [loader or self.lab.loader]
        if not symbols[0].is_file():
            raise HarnessError(f"{symbols[0]} is missing; build the lab first")
        self._check_size(symbols[0])
        entries: list[str] = []
        if image is not None:
            entries.append(self._file(image, "image.elf"))
        elif app is not None:
            symbols.append(self.lab.image(app))
            entries.append(f"{app}.elf")
        for number, (content, text) in enumerate(modules, start=1):
            name = self._file(content, f"module{number}")
            entries.append(f"{name} {text}" if text else name)
        full = MachineSpec(symbols[0], self.lab.build, entries, args or None, **spec)
        keep, stand = os.environ.get(KEEP), os.environ.get(STAND, "-1:0").split(":")
        here = int(stand[0]) == len(self.machines)
        if keep and here:
            full.extra = [*full.extra, *snapshot_drive(Path(keep), new=True)]
        elif keep and STAND not in os.environ:
            self._keep(Path(keep), full, symbols)
        options: dict[str, Any] = {} if wall is None else {"wall": wall}
        try:
            machine = Machine(full, symbols, serial_stall, **options)
        except UsageError as error:  # a linker script can make anything of a file
            raise CheckFailed("the lab's files are executable files", "ELF64 with symbols",
                              Words(error)) from error
        except HarnessError as error:
            if len(entries) < 2 or "error reading initrd" not in str(error):
                raise
            # QEMU took the list for one file's name: it finds no multiboot header in the loader.
            # With one module it boots all the same, and the loader's safety net says so.
            full.modules = entries[:1]
            machine = Machine(full, symbols, serial_stall, **options)
        machine.stand_before = int(stand[1]) if here else 0
        self.machines.append(machine)
        return machine

    def _check_size(self, loader: Path) -> None:
        """QEMU loads whatever a file says, and takes the memory for it from the host."""
        try:
            symbols = read_symbols(loader)
        except UsageError as error:  # a linker script can make anything of a file
            raise CheckFailed("the lab's files are executable files", "ELF64 with symbols",
                              Words(error)) from error
        if symbols.high - symbols.low > _LOADER_BYTES:
            raise CheckFailed(f"the size of {loader.name} in memory",
                              f"at most {_LOADER_BYTES >> 20} MiB", symbols.high - symbols.low)

    def _file(self, content: Content, name: str) -> str:
        """A boot module's file as QEMU shall name it, relative to the build folder if it can."""
        if isinstance(content, Path):
            path = content.resolve()
            inside = path.is_relative_to(self.lab.build)
            return str(path.relative_to(self.lab.build)) if inside else str(path)
        if self._folder is None:
            runs = self.lab.build / "run"
            runs.mkdir(parents=True, exist_ok=True)
            self._folder = Path(tempfile.mkdtemp(dir=runs, prefix=""))
        path = self._folder / f"{len(self.machines)}-{name}"
        path.write_bytes(content)
        return str(path.relative_to(self.lab.build))

    def _keep(self, folder: Path, spec: MachineSpec, symbols: list[Path]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        record = asdict(spec) | {"test": self.test, "symbols": symbols}
        with (folder / "machines.jsonl").open("a") as file:
            file.write(json.dumps(record, default=str) + "\n")

    def close(self) -> None:
        """End all machines, and remove what was written for them."""
        for machine in self.machines:
            machine.close()
        if self._folder is not None and not os.environ.get(KEEP):
            shutil.rmtree(self._folder, ignore_errors=True)
