"""Exercise 3.1: what the firmware's tables say about processors and interrupt controllers.

Most tests stop the machine where acpi_read begins, write tables of their own into memory that
nobody uses while it stands still, and call it.
"""

import random
import struct
from collections.abc import Callable

import pytest

from pagurus import acpi
from pagurus.acpi import LOCAL_APIC, Platform
from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.machine import Machine

MIB = 1 << 20
PAGE = 4096
TABLES = 40 * MIB  # in a machine of 64 MiB
ENOENT, EINVAL = 2, 22
OFTEN = 3_000_000  # instructions, many times what one call needs
FIRMWARE = 300_000_000  # SeaBIOS takes 7 million for each CPU
ROOT = "follow the root pointer"
MADT = "read the MADT"


class Tables:
    """A machine in front of acpi_read, and tables in its memory."""

    def __init__(self, machine: MachineFactory) -> None:
        self.m = machine(machine="microvm")
        self.m.run_to("image:acpi_read")
        self.platform = self.m.reg("rsi")
        # Calls return to a page without code: one with a breakpoint runs twenty times slower.
        self.m.set_reg("rip", self.m.address("image:boot_info"))
        self.next = TABLES

    def put(self, data: bytes, odd: int = 0) -> int:
        """Write a table somewhere, `odd` bytes behind a multiple of 16; its physical address."""
        at = self.next + odd
        self.m.write(at, data, physical=True)
        self.next = (at + len(data) + 63) & ~15
        return at

    def system(self, madt: bytes | None) -> int:
        """An RSDP that leads to this MADT; its address."""
        tables = [] if madt is None else [self.put(madt)]
        return self.put(acpi.rsdp(self.put(acpi.rsdt(tables))))

    def read(self, place: int) -> tuple[int, Platform]:
        """acpi_read: its result, and the platform."""
        m = self.m
        m.write(self.platform, b"\xa5" * 488)
        result = m.call("image:acpi_read", place, self.platform, budget=OFTEN)
        return (result & 0xFFFFFFFF ^ 1 << 31) - (1 << 31), acpi.read_platform(m, self.platform)

    def expect(self, what: str, place: int, platform: Platform) -> None:
        """acpi_read succeeds, and finds exactly this."""
        result, found = self.read(place)
        check(f"acpi_read, {what}", 0, result)
        platform.check(what, found)

    def refused(self, what: str, place: int, error: int, table: str) -> None:
        """acpi_read fails with this errno, describes one CPU, and names the table."""
        before = len(self.m.console)
        result, found = self.read(place)
        check(f"acpi_read, {what}", -error, result)
        Platform([0]).check(what, found)
        said = self.m.console[before:]
        check_that(f"the console, {what}", table in said, f"a line about the {table}", said)


def cpus(*ids: int) -> bytes:
    """Entries of a MADT for CPUs with these APIC ids."""
    return b"".join(acpi.local_apic(number) for number in ids)


@pytest.fixture
def tables(machine: MachineFactory) -> Tables:
    """The machine of most tests."""
    return Tables(machine)


# -- real machines ----------------------------------------------------------------------------


@exercise("3.1", weight=3, read=MADT)
@pytest.mark.parametrize("board", ["q35,sata=off,smbus=off", "microvm"], ids=["RSDT", "XSDT"])
def test_the_processors_of_real_machines(machine: MachineFactory, rng: random.Random,
                                         board: str) -> None:
    """QEMU's own tables: the CPUs that are there, with gaps in their ids; those that are not."""
    sockets, cores, missing = rng.randrange(2, 5), rng.choice([3, 5]), rng.randrange(1, 4)
    shift = (cores - 1).bit_length()
    ids = [socket << shift | core for socket in range(sockets) for core in range(cores)]
    there = len(ids) - missing
    m = machine(machine=board, extra=[
        "-smp", f"{there},maxcpus={len(ids)},sockets={sockets},cores={cores},threads=1"])
    m.explain(f"This machine has {len(ids)} places for CPUs, and CPUs in {there} of them.")
    m.run_to("image:ioapic_init", budget=FIRMWARE)
    found = acpi.read_platform(m, m.reg("rdi"))
    check("the APIC ids of the CPUs", ids[:there], found.apic_ids)
    check("cpus_disabled", len(ids) - there, found.disabled)
    check("local_apic", LOCAL_APIC, found.local_apic)
    check("io_apic", 0xFEC00000, found.io_apic)
    if "q35" in board:  # the timer arrives at input 2, and PCI's interrupts are level triggered
        check("the overrides (irq, gsi, flags)",
              [(0, 2, 0), (5, 5, 13), (9, 9, 13), (10, 10, 13), (11, 11, 13)], found.overrides)


@exercise("3.1", read=ROOT)
def test_without_acpi_there_is_one_processor(machine: MachineFactory) -> None:
    """No RSDP anywhere: the machine goes on with the CPU that runs, and says so."""
    m = machine(machine="microvm,acpi=off", smp=4)
    m.run_to("image:ioapic_init")
    Platform([0]).check("without ACPI", acpi.read_platform(m, m.reg("rdi")))
    check_that("the console", "RSDP" in m.console, "a line about the RSDP", m.console)


@exercise("3.1", read=ROOT)
def test_a_bit_flips_in_the_firmware_s_table(machine: MachineFactory, rng: random.Random) -> None:
    """The MADT of a real machine with one bit wrong: it is not believed."""
    m = machine(smp=4)
    m.run_to("image:acpi_read", budget=FIRMWARE)
    madt = acpi.find_madt(m)
    at = madt + rng.randrange(8, 44)  # before its entries: nothing but the sum tells
    m.write(at, bytes([m.u8(at, physical=True) ^ 1 << rng.randrange(8)]), physical=True)
    m.explain(f"The byte at {at - madt} of the MADT is wrong, so the sum is not 0.")
    m.run_to("image:ioapic_init")
    Platform([0]).check("with a broken MADT", acpi.read_platform(m, m.reg("rdi")))
    check_that("the console", "MADT" in m.console, "a line about the MADT", m.console)


# -- the root pointer -------------------------------------------------------------------------


@exercise("3.1", weight=2, read=ROOT)
def test_what_makes_a_root_pointer(tables: Tables, rng: random.Random) -> None:
    """Signature, two checksums, length: each is looked at, where it counts."""
    ids = rng.sample(range(1, 255), 3)
    right = Platform(ids)
    root = tables.put(acpi.rsdt([tables.put(acpi.madt(cpus(*ids)))]))
    decoy = tables.put(acpi.xsdt([tables.put(acpi.madt(cpus(0)))]))
    wide = tables.put(acpi.xsdt([tables.put(acpi.madt(cpus(*ids)))]))
    old, new = acpi.rsdp(root), acpi.rsdp(1, wide)

    def changed(data: bytes, at: int) -> bytes:
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]

    good: dict[str, bytes] = {
        "revision 0": old,
        "revision 0, with noise behind it": old + rng.randbytes(16),
        "revision 1": acpi.rsdp(root, revision=1),
        "revision 1, with an XSDT that does not count": acpi.rsdp(root, decoy, 1)[:20] +
        struct.pack("<IQ4x", 36, decoy),
        "revision 2": new,
        "revision 6": acpi.rsdp(1, wide, 6),
        "revision 2 without an XSDT": acpi.rsdp(root, 0),
    }
    bad: dict[str, bytes] = {
        "no signature": acpi.sealed(changed(old, rng.randrange(7)), 8),
        "no blank at the signature's end": acpi.sealed(changed(old, 7), 8),
        "revision 0, a wrong checksum": changed(old, rng.randrange(8, 15)),
        "revision 2, a wrong first checksum": acpi.sealed(changed(new, rng.randrange(9, 15)), 32),
        "revision 2, a wrong second checksum": changed(new, rng.randrange(24, 36)),
    }
    for length in (0, 20, 35, 37, 0xFFFFFFFF):
        bad[f"revision 2, of length {length}"] = acpi.rsdp(1, wide, length=length)
    for what, data in rng.sample(list(good.items()), len(good)):
        tables.expect(f"an RSDP of {what}", tables.put(data), right)
    for what, data in rng.sample(list(bad.items()), len(bad)):
        tables.refused(f"an RSDP of {what}", tables.put(data), ENOENT, "RSDP")


@exercise("3.1", weight=2, read=ROOT)
def test_where_firmware_keeps_the_root_pointer(tables: Tables, rng: random.Random) -> None:
    """Without a place, all of the EBDA's first KiB is searched, in steps of 16 bytes."""
    ids = rng.sample(range(1, 255), 3)
    m = tables.m
    right = acpi.rsdp(tables.put(acpi.rsdt([tables.put(acpi.madt(cpus(*ids)))])))
    wrong = acpi.rsdp(tables.put(acpi.rsdt([tables.put(acpi.madt(cpus(9, 9)))])))
    broken = wrong[:9] + bytes([wrong[9] ^ 1]) + wrong[10:]
    ebda = 0x90C00  # its first KiB ends with a page
    m.write(0x40E, struct.pack("<H", ebda >> 4), physical=True)
    for at in (0, 16 * rng.randrange(5, 63), 1008):
        area = bytearray(rng.randbytes(1100))
        if at > 64:
            area[at - 40:at - 20] = wrong  # at no multiple of 16
            area[16:36] = broken
        area[at:at + 20] = right
        m.write(ebda, bytes(area), physical=True)
        m.explain(f"The EBDA is at {ebda:#x}, and the RSDP {at} bytes behind its start.")
        tables.expect(f"with the RSDP at byte {at} of the EBDA", 0, Platform(ids))
    m.write(ebda, bytes(1024) + right + bytes(100), physical=True)
    m.explain("An RSDP behind the EBDA's first KiB does not count: QEMU's own is to be found.")
    result, found = tables.read(0)
    check("acpi_read, with an RSDP behind the EBDA's first KiB", 0, result)
    check("the APIC ids of the CPUs", [0], found.apic_ids)
    m.explain("A place that is told is the only one.")
    tables.refused("with a place where there is none", TABLES - PAGE, ENOENT, "RSDP")


# -- the root table ---------------------------------------------------------------------------


@exercise("3.1", weight=2, read=ROOT)
@pytest.mark.parametrize("wide", [False, True], ids=["RSDT", "XSDT"])
def test_the_table_is_found_by_its_name(tables: Tables, rng: random.Random, wide: bool) -> None:
    """Among others, at any address, behind entries that lead nowhere; the first one counts."""
    make: Callable[..., bytes] = acpi.xsdt if wide else acpi.rsdt
    ids = rng.sample(range(1, 255), 3)
    right, second = acpi.madt(cpus(*ids)), acpi.madt(cpus(77))
    other = acpi.table(b"FACP", rng.randbytes(rng.randrange(300)))
    broken = b"HPET" + rng.randbytes(200)  # whose checksum is nobody's business
    cases: dict[str, list[int]] = {
        "alone": [tables.put(right)],
        "at an odd address": [tables.put(right, odd=rng.choice([1, 3, 5, 7, 13]))],
        "behind others": [tables.put(other), tables.put(broken), tables.put(right)],
        "before another MADT": [tables.put(right), tables.put(second)],
        "behind absent memory": [0xE0000000, tables.put(right)],
    }
    for what, low, high in (("with its header", 1, 36), ("without its header", 36, 43)):
        tables.next = (tables.next + 2 * PAGE) & -PAGE
        at = tables.put(right, odd=PAGE - rng.randrange(low, high))
        cases[f"over the end of a page, {what}"] = [at]
    if wide:
        cases["behind an address that no processor has"] = [1 << 62, tables.put(right)]
        decoy = tables.put(second)
        cases["behind one above 4 GiB"] = [1 << 32 | decoy, decoy | 5 << 32, tables.put(right)]
    for what, addresses in rng.sample(list(cases.items()), len(cases)):
        root = tables.put(make(addresses), odd=rng.randrange(16))
        place = tables.put(acpi.rsdp(1, root) if wide else acpi.rsdp(root))
        tables.expect(f"the MADT {what}", place, Platform(ids))
    # Behind the table's end, memory goes on as if the table did.
    size = 8 if wide else 4
    more = tables.put(second).to_bytes(size, "little") * 12
    for cut in (0, rng.randrange(1, size)):
        root = tables.put(make([tables.put(other)], more[:cut]) + more[cut:])
        place = tables.put(acpi.rsdp(1, root) if wide else acpi.rsdp(root))
        tables.m.explain("What stands behind the table's end does not count, nor does an address "
                         "that only begins before it.")
        tables.refused(f"with a root table that ends {cut} bytes behind its last address", place,
                       ENOENT, "MADT")


@exercise("3.1", weight=2, read=ROOT)
def test_broken_tables_are_not_believed(tables: Tables, rng: random.Random) -> None:
    """Root table and MADT: checksum, signature, length; a table that is missing."""
    good = acpi.madt(cpus(0, 1))
    for wide in (False, True):
        name, make = ("XSDT", acpi.xsdt) if wide else ("RSDT", acpi.rsdt)
        root = make([tables.put(good)])
        at = rng.randrange(9, len(root))
        long = acpi.table(root[:4], root[36:] + bytes(MIB + 4 - len(root)))
        cases = {
            "a wrong checksum": root[:at] + bytes([root[at] ^ 1 << rng.randrange(8)]) +
            root[at + 1:],
            "the other one's signature": acpi.table(b"RSDT" if wide else b"XSDT", root[36:]),
            "no length": acpi.table(root[:4], root[36:], 0),
            "the length of less than a header": acpi.table(root[:4], b"", 35)[:36],
            "4 GiB": acpi.table(root[:4], root[36:], 0xFFFFFFFF),
        }
        for what, data in cases.items():
            place = tables.put(data)
            place = tables.put(acpi.rsdp(1, place) if wide else acpi.rsdp(place))
            tables.refused(f"an {name} with {what}", place, EINVAL, name)
        if wide:
            place = tables.put(acpi.rsdp(1, tables.put(long)))
            tables.refused("an XSDT of more than 1 MiB", place, EINVAL, name)
    tables.refused("without a MADT", tables.system(None), ENOENT, "MADT")
    at = rng.randrange(9, len(good))
    for what, data in {
        "a wrong checksum": good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1:],
        "no length": acpi.table(b"APIC", good[36:], 0),
        "a length of 35": acpi.table(b"APIC", b"", 35),
        "2 MiB": acpi.table(b"APIC", good[36:], 2 * MIB),
    }.items():
        place = tables.system(data)
        tables.refused(f"a MADT with {what}", place, EINVAL, "MADT")
    first = tables.put(good[:40] + b"\3" + good[41:])
    place = tables.put(acpi.rsdp(tables.put(acpi.rsdt([first, tables.put(good)]))))
    tables.refused("a broken MADT before a right one", place, EINVAL, "MADT")


# -- the MADT ---------------------------------------------------------------------------------


def random_entries(rng: random.Random, platform: Platform) -> bytes:
    """Entries of all kinds, known and unknown, and in `platform` what they say."""
    data = b""
    for _ in range(rng.randrange(1, 40)):
        match rng.randrange(9):
            case 0 | 1:
                number, flags = rng.randrange(256), rng.choice([0, 1, 1, 1, 2, 3])
                if number != 0xFF:
                    platform.add(number, flags)
                data += acpi.local_apic(number, flags, rng.randrange(256))
            case 2:
                number = rng.choice([rng.randrange(256), rng.randrange(1 << 32), 0xFFFFFFFF])
                flags = rng.choice([0, 1, 1, 2])
                if number != 0xFFFFFFFF:
                    platform.add(number, flags)
                data += acpi.x2apic(number, flags)
            case 3:
                base, address = rng.choice([0, 24, 48]), rng.randrange(1 << 32) & -PAGE
                if base == 0:
                    platform.io_apic = address
                data += acpi.io_apic(address, base)
            case 4:
                one = rng.randrange(16), rng.randrange(24), rng.randrange(16)
                if len(platform.overrides) < acpi.OVERRIDES_MAX:
                    platform.overrides.append(one)
                data += acpi.override(*one)
            case 5 if rng.randrange(3) == 0:
                platform.local_apic = rng.randrange(1 << 52) & -PAGE
                data += acpi.apic_address(platform.local_apic)
            case 6:  # too short for its kind: it is passed over
                kind, size = rng.choice([(0, 7), (1, 11), (2, 9), (5, 11), (9, 15)])
                length = rng.randrange(2, size + 1)
                data += bytes([kind, length]) + rng.randbytes(length - 2)
            case 7:  # longer than we know it
                number = rng.randrange(255)
                platform.add(number, acpi.ENABLED)
                extra = rng.randrange(1, 20)
                entry = acpi.local_apic(number)
                data += entry[:1] + bytes([8 + extra]) + entry[2:] + rng.randbytes(extra)
            case _:  # of another kind: NMI, I/O SAPIC, what later editions bring
                length = rng.randrange(2, 60)
                data += bytes([rng.choice([3, 4, 6, 7, 8, 10, 11, 127, 128, 255]), length])
                data += rng.randbytes(length - 2)
    return data


@exercise("3.1", weight=3, read=MADT)
def test_entries_of_all_kinds(tables: Tables, rng: random.Random) -> None:
    """Long lists of entries, known and unknown: each is taken for what it is."""
    for number in range(12):
        base = rng.randrange(1 << 32) & -PAGE
        platform = Platform(local_apic=base)
        entries = random_entries(rng, platform)
        if not platform.apic_ids:
            platform.add(1, acpi.ENABLED)
            entries += acpi.local_apic(1)
        tables.next = TABLES
        tables.m.explain(f"The entries were: {entries.hex(' ')}"[:600])
        tables.expect(f"MADT {number}", tables.system(acpi.madt(entries, base)), platform)


@exercise("3.1", weight=2, read=MADT)
def test_processors_are_counted(tables: Tables, rng: random.Random) -> None:
    """More than 64; listed twice; switched off, to be plugged in later, or nobody at all."""
    ids = rng.sample(range(255), 80)
    platform = Platform()
    for number in ids:
        platform.add(number, acpi.ENABLED)
    tables.m.explain("There is room for 64.")
    tables.expect("80 CPUs", tables.system(acpi.madt(cpus(*ids))), platform)
    tables.m.explain("The entries behind the 80th name CPUs that are in the list already.")
    again = b"".join(acpi.x2apic(number) for number in rng.sample(ids[:64], 3))
    tables.expect("80 CPUs, and some of the first 64 listed twice",
                  tables.system(acpi.madt(cpus(*ids) + again)), platform)

    twice = ids[:5]
    tables.m.explain("A CPU that is listed as APIC and as x2APIC is one CPU.")
    entries = cpus(*twice) + b"".join(acpi.x2apic(number) for number in reversed(twice))
    tables.expect("5 CPUs, listed twice", tables.system(acpi.madt(entries)), Platform(twice))

    flags = [0, acpi.ENABLED, acpi.ONLINE_CAPABLE, acpi.ENABLED, 0]
    platform = Platform()
    for number, flag in zip(twice, flags):
        platform.add(number, flag)
    tables.m.explain("Bit 1 of the flags means that a CPU may be plugged in: it is not there yet.")
    entries = b"".join(acpi.local_apic(number, flag) for number, flag in zip(twice, flags))
    tables.expect("some CPUs switched off", tables.system(acpi.madt(entries)), platform)

    tables.m.explain("A machine in which all CPUs are switched off does not run this code.")
    entries = b"".join(acpi.local_apic(number, 0) for number in twice)
    tables.refused("with all CPUs switched off", tables.system(acpi.madt(entries)), EINVAL, "MADT")


@exercise("3.1", weight=2, read=MADT)
def test_entries_that_do_not_fit(tables: Tables, rng: random.Random) -> None:
    """Lengths of 0 and 1, and over the table's end; a table that is too short for any."""
    tables.expect("exactly filled", tables.system(acpi.madt(cpus(0, 5))), Platform([0, 5]))
    fixed = struct.pack("<II", LOCAL_APIC, 1)
    for what, data in {
        "an entry of length 0": acpi.madt(cpus(0) + b"\x03\0" + cpus(1)),
        "an entry of length 1": acpi.madt(cpus(0) + b"\x03\1\2" + cpus(1)),
        "a byte that is left over": acpi.madt(cpus(0, 1) + b"\x03"),
        "an entry over the end": acpi.madt(cpus(0, 1)[:-rng.randrange(1, 7)]),
        "one of 255 bytes at the end": acpi.madt(cpus(0, 1) + b"\x80\xff"),
        "a fixed part that is cut off": acpi.table(b"APIC", fixed[:rng.randrange(8)]),
    }.items():
        place = tables.system(data)
        tables.put(cpus(6, 7, 8, 9, 10, 11, 12) * 5)  # what a careless reader would find behind
        tables.refused(f"a MADT with {what}", place, EINVAL, "MADT")
    tables.refused("a MADT without entries", tables.system(acpi.madt(b"")), EINVAL, "MADT")
