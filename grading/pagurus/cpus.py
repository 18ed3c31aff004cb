"""struct cpu (labs/03-smp/smp/cpu.h) and its processor, as the grader sees them from outside.

The offsets are written down here a second time, on purpose.
"""

import re
import struct
from dataclasses import dataclass

from pagurus.machine import Machine

_STARTED, _ONLINE, _HEAD = 32, 33, 34
IST_COUNT = 5


@dataclass(frozen=True)
class Cpu:
    """One of `cpus`."""

    address: int
    self: int
    number: int
    apic_id: int
    stack_top: int
    started: bool
    online: bool


def read_cpus(m: Machine) -> list[Cpu]:
    """All of them, in their order."""
    found = []
    for index in range(m.u32("image:cpu_count")):
        address = m.u64(m.address("image:cpus") + 8 * index)
        data = m.read(address, _HEAD)
        found.append(Cpu(address, *struct.unpack_from("<Q8xIIQ", data), bool(data[_STARTED]),
                         bool(data[_ONLINE])))
    return found


@dataclass(frozen=True)
class Processor:
    """The registers of one of QEMU's CPUs that GDB's stub does not tell."""

    rip: int
    rflags: int
    halted: bool
    selectors: dict[str, int]
    gdt: tuple[int, int]  # base, limit
    idt: tuple[int, int]
    task: tuple[int, int, int]  # selector, base, limit
    fs: int
    gs: int
    cr0: int
    cr3: int
    cr4: int
    efer: int
    rsp: int


def read_processors(m: Machine) -> list[Processor]:
    """All CPUs, in QEMU's order."""
    found = []
    for text in re.split(r"^CPU#\d+\s*$", m.hmp("info registers -a"), flags=re.MULTILINE)[1:]:
        def number(pattern: str) -> int:
            match = re.search(pattern, text, re.MULTILINE)
            return int(match[1], 16) if match else -1

        def pair(name: str) -> tuple[int, int]:
            return number(rf"^{name} *= +([0-9a-f]+) "), number(rf"^{name} *= +\w+ ([0-9a-f]+)")

        segments = {name: number(rf"^{name.upper()} =([0-9a-f]{{4}})")
                    for name in ("cs", "ss", "ds", "es", "fs", "gs")}
        found.append(Processor(
            number(r"\b[RE]IP=([0-9a-f]+)"), number(r"\b[RE]FL=([0-9a-f]+)"),
            number(r"HLT=(\d)") == 1, segments, pair("GDT"), pair("IDT"),
            (number(r"^TR =([0-9a-f]{4})"), number(r"^TR =\w+ ([0-9a-f]+)"),
             number(r"^TR =\w+ \w+ ([0-9a-f]+)")),
            number(r"^FS =\w+ ([0-9a-f]+)"), number(r"^GS =\w+ ([0-9a-f]+)"),
            number(r"CR0=([0-9a-f]+)"), number(r"CR3=([0-9a-f]+)"), number(r"CR4=([0-9a-f]+)"),
            number(r"EFER=([0-9a-f]+)"), number(r"\b[RE]SP=([0-9a-f]+)")))
    return found
