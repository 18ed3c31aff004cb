"""From a test's process to the verbs `gdb` and `rewind`: a machine that stands, or how it ended."""

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pagurus.lab import KEEP
from pagurus.machine import Machine
from pagurus.results import TestResult
from pagurus.verdict import CallFailed, MachineEnded

STANDS = "the machine was saved where it is to be debugged"
SOCKET = "PAGURUS_HANDOVER"  # where the verb waits for a machine; a path relative to the root


def note_end(machines: list[Machine], result: TestResult, error: BaseException | None) -> None:
    """In the test's process: leave for the verbs when the machine that failed ran last."""
    folder = os.environ.get(KEEP)
    if not folder or not machines:
        return
    number = _failed(machines, error)
    record = {"test": result.name, "machine": number} | asdict(machines[number].resumed)
    with (Path(folder) / "ends.jsonl").open("a") as file:
        file.write(json.dumps(record) + "\n")


def _failed(machines: list[Machine], error: BaseException | None) -> int:
    """The machine whose end an exception is about; the last one, if about none."""
    if isinstance(error, MachineEnded):
        for number, machine in enumerate(machines):
            if any(outcome is error.outcome for outcome in machine.outcomes):
                return number
    return len(machines) - 1


def offer(root: Path, machines: list[Machine], result: TestResult,
          error: BaseException | None) -> None:
    """In the test's process: offer the last machine, and wait until nobody needs it any more."""
    path = os.environ.get(SOCKET)
    alive = [machine for machine in machines if machine.is_there]
    if not path or not alive or result.passed:
        return
    if isinstance(error, CallFailed) and error.outcome.ended:
        return  # the call can be made again, and followed to where it ends
    stub = f"{path}-gdb"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.connect(str(root / path))
        except OSError:
            return  # another test's machine was taken
        # QEMU's working folder is another one than GDB's, and names of sockets must be short.
        alive[-1].serve_gdb(os.path.relpath(root / stub, alive[-1].spec.cwd))
        message: dict[str, Any] = {
            "stub": stub, "symbols": [str(symbols.path) for symbols in alive[-1].symbols],
            "result": asdict(result)}
        line.sendall(json.dumps(message).encode() + b"\n")
        line.recv(1)
