"""One boot under the clock: from QEMU's start to a text on its console, and to its end."""

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

_CHUNK = 65536
_TAIL = 120  # characters of the console that an error shows


@dataclass(frozen=True)
class Run:
    """What the clock showed, in seconds after the start of the QEMU process, and what was said."""

    spoke: float
    ended: float
    console: bytes = b""


def time_run(command: Sequence[str], cwd: Path, marker: re.Pattern[bytes], status: int,
             limit: float) -> Run:
    """Start QEMU with its console on stdout, and wait for `marker` on it and for its end.

    BenchError when the marker does not come, QEMU's exit status is not `status`, or it has not
    ended after `limit` seconds. QEMU is gone afterwards in any case.
    """
    start = time.perf_counter()
    try:
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
    except OSError as error:
        raise BenchError(f"cannot start {command[0]}: {error.strerror}") from error
    try:
        spoke, console = _listen(process, marker, start, start + limit)
        found = process.wait(max(0.0, start + limit - time.perf_counter()))
        ended = time.perf_counter() - start
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"QEMU closed its console, but did not end in {limit:.0f} s") from error
    finally:
        _end(process)
    if spoke is None or found != status:
        what = "never said its text" if spoke is None else f"ended with {found}, not {status}"
        raise BenchError(f"the guest {what}: {_tail(console)}")
    return Run(spoke, ended, console)


def _listen(process: subprocess.Popen[bytes], marker: re.Pattern[bytes], start: float,
            deadline: float) -> tuple[float | None, bytes]:
    """When the marker came (or None), and all that the guest said until it closed its console."""
    assert process.stdout is not None
    console, spoke = b"", None
    while True:
        left = deadline - time.perf_counter()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            raise BenchError(f"no end after {deadline - start:.0f} s: {_tail(console)}")
        data = os.read(process.stdout.fileno(), _CHUNK)
        now = time.perf_counter()
        if not data:
            return spoke, console
        console += data
        if spoke is None and marker.search(console):
            spoke = now - start


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert process.stdout is not None
    process.stdout.close()


def _tail(console: bytes) -> str:
    text = " ".join(console.decode(errors="replace").split())
    return f"its console ends in '{text[-_TAIL:]}'" if text else "its console is empty"
