"""GDB's remote protocol, as far as QEMU's stub speaks it: packets, registers, memory, stops.

Registers: QEMU's x86-64 stub answers `g` in one layout in every mode of the CPU (8 bytes for each
general register, in 16-bit code too), with the control registers and EFER behind the segments.
"""

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# Name and size in bytes of what a `g` packet holds, in its order. r8..r15 read as 0 outside
# 64-bit code, and the upper halves of the others too.
REGISTERS: tuple[tuple[str, int], ...] = (
    *((name, 8) for name in (
        "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip").split()),
    ("rflags", 4),
    *((name, 4) for name in "cs ss ds es fs gs".split()),
    *((name, 8) for name in (
        "fs_base gs_base kernel_gs_base cr0 cr2 cr3 cr4 cr8 efer").split()),
)
_CONTROL_BYTES = sum(size for _, size in REGISTERS)

# The `reason` of a stop, from QEMU's signal numbers (gdbstub.c, gdb_vm_state_change).
SIGNALS = {5: "breakpoint", 2: "paused", 3: "shutdown"}


class StubError(Exception):
    """The stub refused a packet or does not know it."""


@dataclass(frozen=True)
class Stop:
    """A stop reply: why the machine stopped, and on which CPU (from 1)."""

    reason: str
    thread: int


class GdbStub:
    """The protocol alone: `send` is given bytes to send, `feed` takes the bytes received."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._partial = b""
        self.replies: deque[str] = deque()
        self.stops: deque[Stop] = deque()

    def send(self, packet: str) -> None:
        """Send one packet."""
        body = packet.encode("latin-1")
        self._send(b"$" + body + b"#" + f"{sum(body) & 0xFF:02x}".encode())

    def feed(self, data: bytes) -> None:
        """Take received bytes; complete packets become replies or stops."""
        self._partial += data
        while True:
            start = self._partial.find(b"$")
            end = self._partial.find(b"#", start)
            if start < 0 or end < 0 or len(self._partial) < end + 3:
                return
            body = self._partial[start + 1:end].decode("latin-1")
            self._partial = self._partial[end + 3:]
            self._send(b"+")
            self._take(body)

    def _take(self, body: str) -> None:
        if body[:1] == "T" or (body[:1] == "S" and len(body) == 3):
            fields = dict(part.split(":", 1) for part in body[3:].split(";") if ":" in part)
            thread = int(fields.get("thread", "p01.01").split(".")[-1], 16)
            signal = int(body[1:3], 16)
            self.stops.append(Stop(SIGNALS.get(signal, f"signal {signal}"), thread))
        elif body == "OK" or body[:1] not in ("W", "X", "O"):
            self.replies.append(body)


def decode_registers(reply: str) -> dict[str, int]:
    """The registers of a `g` reply, by name."""
    data = bytes.fromhex(reply.replace("x", "0")[:2 * _CONTROL_BYTES])
    if len(data) != _CONTROL_BYTES:
        raise StubError(f"a `g` reply of {len(data)} bytes is too short for the x86-64 layout")
    registers: dict[str, int] = {}
    at = 0
    for name, size in REGISTERS:
        registers[name] = int.from_bytes(data[at:at + size], "little")
        at += size
    return registers


def register_packet(name: str, value: int) -> str:
    """The packet that writes one register."""
    for number, (known, size) in enumerate(REGISTERS):
        if known == name:
            return f"P{number:x}={struct.pack('<Q', value % 2**64)[:size].hex()}"
    raise StubError(f"no register is called '{name}'")
