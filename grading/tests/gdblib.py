"""A paused machine with two ways in: GDB in batch mode with our commands, and QEMU's own monitor.

What GDB's commands print is compared with what QMP says of the same machine, which neither uses
GDB nor the GDB stub.
"""

import fcntl
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pagurus import qemu
from pagurus.build import build
from pagurus.elfsym import read_symbols
from pagurus.stages import find_stage

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0  # for one answer; the host may be busy

# GDB's side: takes one command a line from the test, answers with what the user would see.
_DRIVER = """
import gdb, json, socket
channel = socket.socket(fileno={fd}).makefile("rw")
for line in channel:
    try:
        answer = ["", gdb.execute(json.loads(line), to_string=True)]
    except KeyboardInterrupt:
        answer = ["Quit", ""]
    except gdb.error as error:
        answer = [str(error), ""]
    channel.write(json.dumps(answer) + chr(10))
    channel.flush()
"""


class GdbError(Exception):
    """GDB refused a command; the text is what it prints."""


class Gdb:
    """`gdb -nx -batch -x script`, taking commands one by one."""

    def __init__(self, folder: Path) -> None:
        near, far = socket.socketpair()
        script = folder / "driver.py"
        script.write_text(_DRIVER.format(fd=far.fileno()))
        self.process = subprocess.Popen(
            ["gdb", "-nx", "-batch", "-x", str(script)], stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[far.fileno()])
        far.close()
        near.settimeout(SECONDS)
        self._channel = near.makefile("rw")
        near.close()  # the file keeps it open

    def __call__(self, command: str) -> str:
        """Execute a command; its output."""
        self._channel.write(json.dumps(command) + "\n")
        self._channel.flush()
        error, output = json.loads(self._channel.readline())
        if error:
            raise GdbError(error)
        return output

    def value(self, expression: str) -> int:
        """An integer."""
        return int(self(f"output/x (unsigned long)({expression})"), 16)

    def lines(self, command: str) -> list[str]:
        """A command's output, line by line."""
        return self(command).splitlines()

    def close(self) -> str:
        """End GDB; what it printed to its own output."""
        self._channel.close()
        try:
            return self.process.communicate(timeout=SECONDS)[0]
        finally:
            self.process.kill()


class Monitor:
    """QMP over a socket pair."""

    def __init__(self, channel: socket.socket) -> None:
        channel.settimeout(SECONDS)
        self._channel = channel.makefile("rw")
        self._channel.readline()  # the greeting
        self("qmp_capabilities")

    def __call__(self, command: str, **arguments: Any) -> Any:
        """One command; its reply."""
        self._channel.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._channel.flush()
        while True:
            message = json.loads(self._channel.readline())
            if "event" not in message:
                return message["return"]

    def hmp(self, line: str) -> str:
        """One command of the human monitor."""
        return self("human-monitor-command", **{"command-line": line}).replace("\r", "")

    def u64(self, physical: int) -> int:
        """Eight bytes of physical memory."""
        return int.from_bytes(self.read(physical, 8, "xp"), "little")

    def read(self, address: int, size: int, command: str = "x") -> bytes:
        """Memory: `xp` physical, `x` through the page tables."""
        text = self.hmp(f"{command} /{size}bx {address:#x}")
        data = bytes(int(byte, 16) for line in text.splitlines()
                     for byte in re.findall(r"0x([0-9a-f]{2})\b", line.split(":", 1)[1]))
        assert len(data) == size, text
        return data

    def cstring(self, physical: int) -> str:
        """The text up to a zero byte in physical memory."""
        return self.read(physical, 512, "xp").partition(b"\0")[0].decode()

    def registers(self) -> dict[str, int]:
        """All `NAME=hex` of `info registers`, and the first two numbers of GDT, IDT and TR."""
        text = self.hmp("info registers")
        found = {name.lower(): int(value, 16)
                 for name, value in re.findall(r"\b([A-Z][A-Z0-9]+) ?=([0-9a-f]+)\b", text)}
        for name, base, limit in re.findall(r"(GDT|IDT)= +([0-9a-f]+) ([0-9a-f]+)", text):
            found[f"{name.lower()}.base"], found[f"{name.lower()}.limit"] = (
                int(base, 16), int(limit, 16))
        task = re.search(r"TR =([0-9a-f]+) ([0-9a-f]+)", text)
        assert task
        found["tr.selector"], found["tr.base"] = int(task[1], 16), int(task[2], 16)
        return found


class Session:
    """Lab 01 with one application, stopped before its first instruction; GDB is connected."""

    def __init__(self, build: Path, folder: Path, app: str = "hello", args: str = "",
                 modules: tuple[str, ...] = (), symbols: bool = True, smp: int = 1) -> None:
        loader, image = build / "loader.elf", build / f"{app}.elf"
        spec = qemu.MachineSpec(loader, build, [image.name, *modules], args, smp=smp)
        stub = folder / "gdb.sock"
        near, far = socket.socketpair()
        command = qemu.base_command(spec) + [
            "-S", "-action", "reboot=shutdown,shutdown=pause",
            "-chardev", f"socket,id=gdb,path={stub},server=on,wait=off", "-gdb", "chardev:gdb",
            "-chardev", f"socket,id=qmp,fd={far.fileno()}", "-mon", "chardev=qmp,mode=control"]
        self.qemu = subprocess.Popen(
            command, cwd=build, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, pass_fds=[far.fileno()])
        far.close()
        try:
            self.qmp = Monitor(near)  # once QEMU answers, its sockets exist
            self.gdb = Gdb(folder)
            self.loader = read_symbols(loader).by_name
            self.image = read_symbols(image).by_name
            self.gdb(f"source {ROOT}/common/gdb/start.gdb")
            self.gdb(f"source {ROOT}/common/gdb/pagurus.py")
            if symbols:
                self.gdb(f"file {loader}")
                self.gdb(f"add-symbol-file {image}")
            self.gdb(f"target remote {stub}")
        except BaseException:
            self.qemu.kill()
            self.qemu.wait(SECONDS)
            raise

    def run_to(self, *places: str) -> None:
        """Continue to each place in its turn, with a hardware breakpoint."""
        for place in places:
            self.gdb(f"thbreak {place}")
            self.go_on()

    def go_on(self) -> str:
        """Continue to the next breakpoint; where that is (GDB keeps `continue`'s own output)."""
        self.gdb("continue")
        return self.gdb("frame")

    def close(self) -> None:
        """End both; GDB must not have shown a traceback."""
        try:
            said = self.gdb.close()
        finally:
            self.qemu.kill()
            self.qemu.wait(SECONDS)
        assert "Traceback" not in said and "Error occurred in Python" not in said, said


Start = Callable[..., Session]


def build_images(factory: pytest.TempPathFactory, lab: str, *names: str) -> Path:
    """A lab's loader and images, built; a copy, so that a build beside us changes nothing under our
    feet."""
    folder = factory.mktemp("images")
    stage = find_stage(ROOT, lab)
    with open(factory.getbasetemp().parent / "build.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert build(stage) is None
        for name in ("loader", *names):
            shutil.copy(ROOT / "build" / stage.name / f"{name}.elf", folder)
    return folder


@contextmanager
def sessions(images: Path, factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts sessions, each to the places named, and ends all of them at last."""
    started: list[Session] = []

    def begin(*places: str, **options: object) -> Session:
        session = Session(images, factory.mktemp("gdb"), **options)  # type: ignore
        started.append(session)
        session.run_to(*places)
        return session

    yield begin
    errors = []
    for session in started:
        try:
            session.close()
        except AssertionError as error:
            errors.append(error)
    assert not errors
