"""ACPI tables as a test writes them into a machine, and what acpi_read makes of them.

Source: ACPI specification 6.4, §5.2.5 to §5.2.8, §5.2.12. The offsets of struct acpi_platform
(smp/acpi.h) are written down here a second time, on purpose.
"""

import struct
from dataclasses import dataclass, field

from pagurus.checks import check
from pagurus.machine import Machine

CPUS_MAX, OVERRIDES_MAX = 64, 16
LOCAL_APIC = 0xFEE00000
ENABLED, ONLINE_CAPABLE = 1, 2

_IDS, _DISABLED, _ADDRESSES, _OVERRIDES, _SIZE = 4, 260, 272, 292, 488
_OVERRIDE_SIZE = 12


def sealed(data: bytes, at: int) -> bytes:
    """The bytes with the one at `at` such that all sum up to 0."""
    rest = data[:at] + b"\0" + data[at + 1:]
    return rest[:at] + bytes([-sum(rest) & 0xFF]) + rest[at + 1:]


def rsdp(rsdt: int, xsdt: int | None = None, revision: int | None = None,
         length: int = 36) -> bytes:
    """An RSDP: of 20 bytes without an XSDT, else of 36."""
    if revision is None:
        revision = 0 if xsdt is None else 2
    old = sealed(struct.pack("<8sB6sBI", b"RSD PTR ", 0, b"PAGURU", revision, rsdt), 8)
    if xsdt is None:
        return old
    return sealed(old + struct.pack("<IQB3s", length, xsdt, 0, b"\0\0\0"), 32)


def table(signature: bytes, body: bytes, length: int | None = None) -> bytes:
    """A table with a header and a right checksum over all its bytes."""
    size = 36 + len(body) if length is None else length
    head = struct.pack("<4sIBB6s8sI4sI", signature, size, 1, 0, b"PAGURU", b"GRADING ", 1, b"TEST",
                       1)
    return sealed(head + body, 9)


def rsdt(addresses: list[int], rest: bytes = b"") -> bytes:
    """An RSDT with these addresses."""
    return table(b"RSDT", b"".join(struct.pack("<I", at) for at in addresses) + rest)


def xsdt(addresses: list[int], rest: bytes = b"") -> bytes:
    """An XSDT with these addresses."""
    return table(b"XSDT", b"".join(struct.pack("<Q", at) for at in addresses) + rest)


def madt(entries: bytes, local_apic: int = LOCAL_APIC) -> bytes:
    """A MADT with these entries."""
    return table(b"APIC", struct.pack("<II", local_apic, 1) + entries)


def local_apic(apic_id: int, flags: int = ENABLED, processor: int = 0) -> bytes:
    """A CPU with an APIC id of eight bits."""
    return struct.pack("<BBBBI", 0, 8, processor, apic_id, flags)


def x2apic(apic_id: int, flags: int = ENABLED) -> bytes:
    """A CPU with an x2APIC."""
    return struct.pack("<BBHIII", 9, 16, 0, apic_id, flags, 0)


def io_apic(address: int, gsi_base: int = 0) -> bytes:
    """An I/O APIC."""
    return struct.pack("<BBBBII", 1, 12, 0, 0, address, gsi_base)


def override(irq: int, gsi: int, flags: int) -> bytes:
    """Where an ISA interrupt really arrives."""
    return struct.pack("<BBBBIH", 2, 10, 0, irq, gsi, flags)


def apic_address(address: int) -> bytes:
    """The local APICs' address, in 64 bits."""
    return struct.pack("<BBHQ", 5, 12, 0, address)


@dataclass
class Platform:
    """struct acpi_platform."""

    apic_ids: list[int] = field(default_factory=list)
    disabled: int = 0
    ignored: int = 0
    local_apic: int = LOCAL_APIC
    io_apic: int = 0
    overrides: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, apic_id: int, flags: int) -> None:
        """Count a CPU in, as the contract says."""
        if apic_id in self.apic_ids:
            return
        if not flags & ENABLED:
            self.disabled += 1
        elif len(self.apic_ids) == CPUS_MAX:
            self.ignored += 1
        else:
            self.apic_ids.append(apic_id)

    def check(self, after: str, found: "Platform") -> None:
        """Field by field, so that a report says which one differs."""
        for name, value in vars(self).items():
            check(f"{after}: {_NAMES[name]}", value, getattr(found, name))


_NAMES = {"apic_ids": "the APIC ids of the CPUs", "disabled": "cpus_disabled",
          "ignored": "cpus_ignored", "local_apic": "local_apic", "io_apic": "io_apic",
          "overrides": "the overrides (irq, gsi, flags)"}


def read_platform(m: Machine, address: int) -> Platform:
    """The structure out of a machine."""
    data = m.read(address, _SIZE)
    count, = struct.unpack_from("<I", data)
    check("cpu_count is at most CPUS_MAX", True, count <= CPUS_MAX)
    disabled, ignored = struct.unpack_from("<II", data, _DISABLED)
    local, io, overrides = struct.unpack_from("<QQI", data, _ADDRESSES)
    check("override_count is at most OVERRIDES_MAX", True, overrides <= OVERRIDES_MAX)
    return Platform(
        list(struct.unpack_from(f"<{count}I", data, _IDS)), disabled, ignored, local, io,
        [struct.unpack_from("<B3xIH", data, _OVERRIDES + i * _OVERRIDE_SIZE)
         for i in range(overrides)])


def find_madt(m: Machine) -> int:
    """Where the firmware's own MADT lies, physically."""
    area = m.read(0xE0000, 0x20000, physical=True)
    at = next(at for at in range(0, len(area), 16) if area.startswith(b"RSD PTR ", at))
    revision = area[at + 15]
    old, = struct.unpack_from("<I", area, at + 16)
    root = struct.unpack_from("<Q", area, at + 24)[0] if revision >= 2 else old
    size = 8 if revision >= 2 else 4
    length = m.u32(root + 4, physical=True)
    data = m.read(root, length, physical=True)
    for place in range(36, length, size):
        found = int.from_bytes(data[place:place + size], "little")
        if m.read(found, 4, physical=True) == b"APIC":
            return found
    raise ValueError("the firmware has no MADT")


def rename_cpus(m: Machine, ids: dict[int, int]) -> None:
    """In the firmware's MADT: gives CPUs other APIC ids, so that start-ups do not find them."""
    place = find_madt(m)
    data = bytearray(m.read(place, m.u32(place + 4, physical=True), physical=True))
    at = 44
    while at < len(data):
        if data[at] == 0 and data[at + 3] in ids:
            data[at + 3] = ids[data[at + 3]]
        at += data[at + 1]
    m.write(place, sealed(bytes(data), 9), physical=True)
