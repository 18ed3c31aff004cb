"""Exercise 1.2: the first page tables, and the way into long mode."""

import struct
from collections.abc import Callable

from pagurus import x86
from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import CheckFailed, MachineEnded, Words

GIB = 1 << 30
BOOT_MAGIC = 0x2BADB002


def in_c(machine: MachineFactory, look: Callable[[Machine], None]) -> None:
    """Looks at a machine at the first instruction of the loader's C code.

    One that does not get there is looked at where it died: what is wrong with its registers or
    tables says more than the fault that came of it.
    """
    m = machine()
    try:
        m.run_to("loader_main")
    except MachineEnded as end:
        if end.outcome.kind in (Kind.TRIPLE_FAULT, Kind.TIMEOUT):
            try:
                look(m)
            except CheckFailed as failed:
                failed.hint = f"The machine has not come to C: {end.outcome.text}"
                raise
        raise
    look(m)


@exercise("1.2", weight=3, read="into long mode")
def test_long_mode_is_on(machine: MachineFactory) -> None:
    """64-bit code runs, with paging, no-execute and write protection."""
    in_c(machine, check_long_mode)


def check_long_mode(m: Machine) -> None:
    """The bits of the control registers, and what the code's width comes from."""
    for register, bits in {
        "cr4": {"PAE": x86.CR4_PAE},
        "efer": {"LME": x86.EFER_LME, "NXE": x86.EFER_NXE},
        "cr0": {"PE": x86.CR0_PE, "PG": x86.CR0_PG, "WP": x86.CR0_WP},
    }.items():
        for name, bit in bits.items():
            check_that(f"{register.upper()}.{name}", bool(m.reg(register) & bit), "set",
                       f"clear ({register} = {m.reg(register):#x})")
    check_that("EFER.LMA: the processor says that long mode is active",
               bool(m.reg("efer") & x86.EFER_LMA), "set", f"clear (efer = {m.reg('efer'):#x})",
               hint="EFER.LME counts when CR0.PG goes from 0 to 1, not later.")
    check("CR3, where the tables start", m.address("boot_pml4"), m.reg("cr3") & x86.PTE_ADDRESS)
    if m.place(m.reg("rip")).symbol == "loader_main":
        check("the width of the code in loader_main", 64, m.mode(),
              hint="The width comes from the descriptor in CS: a far jump loads it.")
    check("interrupts are off (RFLAGS.IF)", 0, m.reg("rflags") & x86.RFLAGS_IF)


@exercise("1.2", weight=5, read="the first page tables")
def test_low_4_gib_are_mapped_one_to_one(machine: MachineFactory) -> None:
    """Every entry of every table: page 0 absent, all else below 4 GiB at its own address."""
    in_c(machine, check_tables)


def check_tables(m: Machine) -> None:
    """The tables at boot_pml4, whether CR3 leads there yet or not."""
    found = x86.mappings(lambda at, size: m.read(at, size, physical=True), m.address("boot_pml4"))
    check_that("something is mapped", bool(found), "tables at boot_pml4", "none")
    check_that("page 0 is absent, so that null pointers fault",
               x86.translate(found, 0) is None, "absent", Words(found[0]))
    check("the first address that is mapped", 4096, found[0].virtual)
    for one in found:
        check(f"the physical address of virtual {one.virtual:#x}", one.virtual, one.physical)
        check_that(f"{one.virtual:#x} is writable at all levels", one.writable, "writable",
                   Words(one))
        check_that(f"{one.virtual:#x} is for the kernel only", not one.user, "U/S = 0", Words(one))
    check("the parts that are mapped", Words(f"0x1000-{4 * GIB:#x}"),
          Words(", ".join(f"{one.virtual:#x}-{one.end:#x}" for one in found)),
          hint="Four page directories of 512 entries, each entry 2 MiB.")


def check_descriptors(table: bytes) -> None:
    """Three descriptors as the loader's contract wants them."""
    entries = [x86.Descriptor(raw) for raw in struct.unpack("<3Q", table)]
    check("the null descriptor", 0, entries[0].raw)
    code, data = entries[1:]
    for name, right in {"present": code.present, "code": code.code, "DPL 0": code.dpl == 0,
                        "64-bit (L = 1, D = 0)": code.long}.items():
        check_that(f"the code descriptor is {name}", right, name, f"{code.raw:#018x}")
    for name, right in {"present": data.present, "data": data.data, "DPL 0": data.dpl == 0,
                        "writable": data.writable}.items():
        check_that(f"the data descriptor is {name}", right, name, f"{data.raw:#018x}")


def check_gdtr(m: Machine) -> None:
    """What LGDT has loaded."""
    base, limit = m.tables()["gdt"]
    check("GDTR's base", m.address("boot_gdt"), base,
          hint="LGDT takes the address of boot_gdt_pointer.")
    check("GDTR's limit, the table's size minus one", 3 * 8 - 1, limit)


@exercise("1.2", weight=3, read="the descriptors")
def test_segments_are_right(machine: MachineFactory) -> None:
    """CS is 64-bit code and the data segments are writable data, of the loader's own table."""
    m = machine()
    m.run_to("long_mode_enter")
    table = m.read("boot_gdt", 24)
    try:
        m.run_to("long_mode")
    except MachineEnded as end:
        if end.outcome.kind is Kind.TRIPLE_FAULT:
            check_descriptors(table)  # if these are why, they say more than the fault
            if m.reg("efer") & x86.EFER_LMA:
                check_gdtr(m)
        raise
    check_gdtr(m)
    check_descriptors(m.read("boot_gdt", 24))
    # A boot loader may leave any descriptor in these.
    for register in ("ds", "es", "ss", "fs", "gs"):
        m.set_reg(register, 0x10 if register in ("fs", "gs") else 0x08)
    m.run_to("loader_main")
    for register, wanted in {"cs": 0x08, "ds": 0x10, "es": 0x10, "ss": 0x10,
                             "fs": 0, "gs": 0}.items():
        check(register.upper(), wanted, m.reg(register))


@exercise("1.2", weight=4, read="the first 64-bit instructions")
def test_c_gets_arguments_and_a_stack(machine: MachineFactory) -> None:
    """loader_main is called as the ABI says: arguments in rdi and rsi, the stack aligned."""
    m = machine()
    m.run_to("_start")
    information = m.reg("rbx") & 0xFFFFFFFF
    m.run_to("long_mode")
    check("the width of the code at long_mode", 64, m.mode(),
          hint="The width comes from the descriptor in CS: a far jump loads it.")
    check("edi, the magic number, on the way to C", BOOT_MAGIC, m.reg("rdi") & 0xFFFFFFFF,
          hint="Does the code before it use edi for something else?")
    check("esi, the information's address, on the way to C", information,
          m.reg("rsi") & 0xFFFFFFFF, hint="Does the code before it use esi for something else?")
    # What the switch leaves in the upper halves is undefined: here it is dirt.
    for register in ("rdi", "rsi"):
        m.set_reg(register, m.reg(register) | 0xDEAD0000 << 32)
    m.run_to("loader_main")
    check("rdi, the magic number in 64 bits", BOOT_MAGIC, m.reg("rdi"),
          hint="A 32-bit move to itself clears a register's upper half.")
    check("rsi, the information's address in 64 bits", information, m.reg("rsi"),
          hint="A 32-bit move to itself clears a register's upper half.")
    low, high = m.address("boot_stack"), m.address("boot_stack_top")
    check_that("rsp lies on the boot stack", low < m.reg("rsp") < high, f"{low:#x}-{high:#x}",
               f"{m.reg('rsp'):#x}")
    check("rsp modulo 16 at the function's entry, behind the return address", 8,
          m.reg("rsp") % 16, hint="CALL pushes 8 bytes; C expects 16-byte alignment before it.")
    check("rbp, where a backtrace ends", 0, m.reg("rbp"))
