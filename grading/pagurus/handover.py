"""Hands a machine that stands at a failed check from the test's process to the verb `gdb`."""

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pagurus.machine import Machine
from pagurus.results import TestResult

SOCKET = "PAGURUS_HANDOVER"  # where the verb waits for a machine; a path relative to the root


def offer(root: Path, machines: list[Machine], result: TestResult) -> None:
    """In the test's process: offer the last machine, and wait until nobody needs it any more."""
    path = os.environ.get(SOCKET)
    alive = [machine for machine in machines if machine.is_there]
    if not path or not alive or result.passed:
        return
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
